package dev.kompakt.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class QuantilesTest {
  @Test
  void shouldTakeTheNearestRankWhenDurationsAreMany() {
    // Given
    long[] nanos =
        LongStream.iterate(100, ms -> ms > 0, ms -> ms - 1).map(ms -> ms * 1_000_000).toArray();

    // When
    Quantiles quantiles = Quantiles.ofNanos(nanos);

    // Then
    assertThat(quantiles).isEqualTo(new Quantiles(100, 50, 90, 99, 100));
  }

  @Test
  void shouldTakeTheLargestWhenDurationsAreFew() {
    // When
    Quantiles quantiles = Quantiles.ofNanos(-2_000_000, 1_234_567);

    // Then
    assertThat(quantiles).isEqualTo(new Quantiles(2, -2, 1.23, 1.23, 1.23));
  }

  @Test
  void shouldRefuseWhenThereIsNoDuration() {
    // Then
    assertThatIllegalArgumentException().isThrownBy(Quantiles::ofNanos);
  }
}
