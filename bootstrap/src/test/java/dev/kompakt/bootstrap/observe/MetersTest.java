package dev.kompakt.bootstrap.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MetersTest {
  private final Meters meters = new Meters();

  @Test
  void shouldExportEveryMeterWhenEachHasAValue() {
    // Given
    for (Meter meter : Meter.values()) {
      String[] tags = meter.tags().stream().map(tag -> "some").toArray(String[]::new);
      switch (meter.kind()) {
        case COUNTER -> meters.count(meter, tags);
        case GAUGE -> meters.gauge(meter, () -> 1, tags);
        case TIMER -> meters.record(meter, Duration.ofMillis(1500), tags);
      }
    }

    // When
    String page = meters.scrape();

    // Then
    for (Meter meter : Meter.values()) {
      String suffix =
          switch (meter.kind()) {
            case COUNTER -> "_total";
            case GAUGE -> "";
            case TIMER -> "_seconds_sum";
          };
      assertThat(page).as(meter.name()).containsPattern("(?m)^" + meter.id() + suffix + "[ {]");
      assertThat(meter.id()).matches("kompakt_[a-z_]+");
    }
    assertThat(Arrays.stream(Meter.values()).map(Meter::id)).doesNotHaveDuplicates();
    assertThat(page).contains("kompakt_compaction_duration_seconds_sum{outcome=\"some\"} 1.5");
  }

  @Test
  void shouldAddUpWhenRolesShareAGauge() {
    // Given
    meters.gauge(Meter.PARKED, () -> 2);
    meters.gauge(Meter.PARKED, () -> 3L);

    // When
    String page = meters.scrape();

    // Then
    assertThat(page).contains("kompakt_parked_requests 5.0");
  }

  @Test
  void shouldRefuseWhenKindOrTagsAreNotTheMeters() {
    // When
    var kind = assertThatThrownBy(() -> meters.count(Meter.PARKED));
    var tags = assertThatThrownBy(() -> meters.count(Meter.REQUESTS, "compact"));

    // Then
    kind.isInstanceOf(IllegalArgumentException.class).hasMessageContaining("GAUGE");
    tags.isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[route, status]");
  }
}
