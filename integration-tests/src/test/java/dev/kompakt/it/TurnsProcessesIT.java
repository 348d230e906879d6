package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TurnsProcessesIT extends TurnsSuite {
  @Override
  Deployment deploy(Path home, String config) {
    return Deployment.inProcesses(home, config);
  }

  @Test
  void shouldPassThroughAnIngressOf192MegabytesWhenTheBodyHas64(@TempDir Path home) {
    // Given
    try (FakeUpstream upstream = FakeUpstream.start();
        Deployment deployment =
            Deployment.inProcesses(
                home,
                Configs.provider(upstream, "native", "{ firstAfter: 30s, every: 10s }"),
                List.of("-Xmx192m"))) {
      // When
      HttpResponse<String> response =
          new Client(deployment.data())
              .post("/v1/responses", Histories.ofMebibytes(31, 64).toBytes());

      // Then
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(upstream.calls())
          .singleElement()
          .satisfies(call -> assertThat(call.bodyBytes()).isGreaterThan(63L << 20));
      assertThat(upstream.violations()).isEmpty();
    }
  }
}
