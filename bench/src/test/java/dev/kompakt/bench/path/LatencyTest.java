package dev.kompakt.bench.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.FakeUpstream;
import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LatencyTest {
  @Test
  void shouldCallBothWithTheSameNewBodiesWhenItMeasures() {
    try (FakeUpstream direct = FakeUpstream.start();
        FakeUpstream through = FakeUpstream.start();
        HttpCaller toDirect = new HttpCaller(endpoint(direct));
        HttpCaller toThrough = new HttpCaller(endpoint(through))) {
      // Given
      Latency latency = new Latency(toDirect, toThrough, new AtomicLong()::getAndIncrement);

      // When
      Latency.Row row = latency.measure(new Plan.Size(Plan.SMALL_BYTES, 3, 5));

      // Then
      assertThat(row.added().samples()).isEqualTo(5);
      assertThat(direct.calls()).hasSize(8);
      assertThat(direct.calls()).extracting(Call::sha256).doesNotHaveDuplicates();
      assertThat(through.calls())
          .extracting(Call::sha256)
          .containsExactlyElementsOf(direct.calls().stream().map(Call::sha256).toList());
    }
  }

  private static URI endpoint(FakeUpstream upstream) {
    return URI.create(upstream.baseUrl() + "/responses/compact");
  }
}
