package dev.kompakt.it;

import static dev.kompakt.it.Client.compactionItems;
import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Layout;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bodies far larger than the heap would take if they were held in it.
class LargeBodyIT {
  private static final int MIB = 64;

  @Test
  void shouldPassThroughAnIngressOf192MegabytesWhenTheBodyHas64(@TempDir Path home) {
    // Given
    try (FakeUpstream upstream = FakeUpstream.start();
        Deployment deployment =
            Deployment.inProcesses(
                home,
                Configs.provider(upstream, "native", "{ firstAfter: 30s, every: 10s }"),
                Layout.ONE_OF_EACH.option("ingress", "-Xmx192m"))) {
      // When
      byte[] body = Histories.ofMebibytes(21, MIB).toBytes();
      HttpResponse<String> plain =
          new Client(deployment.data()).post("/v1/responses/compact", body);
      HttpResponse<String> packed =
          new Client(deployment.data())
              .post(
                  "/v1/responses/compact",
                  Zstd.compress(Histories.ofMebibytes(22, MIB).toBytes()),
                  "content-encoding",
                  "zstd");

      // Then
      assertThat(plain.statusCode()).as(plain.body()).isEqualTo(200);
      assertThat(packed.statusCode()).as(packed.body()).isEqualTo(200);
      assertThat(compactionItems(json(plain))).hasSize(1);
      assertThat(upstream.calls()).allMatch(call -> call.bodyBytes() > (MIB - 1L) << 20);
      assertThat(upstream.violations()).isEmpty();
    }
  }

  @Test
  void shouldPassThroughOneProcessOf320MegabytesWhenTheBodyHas64(@TempDir Path home) {
    // Given
    try (FakeUpstream upstream = FakeUpstream.start();
        Deployment deployment =
            Deployment.inOneProcess(
                home,
                Configs.provider(upstream, "native", "{ firstAfter: 30s, every: 10s }"),
                List.of("-Xmx320m"))) {
      // When
      HttpResponse<String> response =
          new Client(deployment.data())
              .post("/v1/responses/compact", Histories.ofMebibytes(23, MIB).toBytes());

      // Then
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(compactionItems(json(response))).hasSize(1);
      assertThat(upstream.count()).isEqualTo(1);
    }
  }
}
