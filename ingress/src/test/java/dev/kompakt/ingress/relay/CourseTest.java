package dev.kompakt.ingress.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.ingress.relay.Upstreams.Reply;
import dev.kompakt.schemas.record.Outcome;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CourseTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private static @Nullable Pause pause(Outcome outcome) {
    return Course.pause(new Reply.Refused(429, null, null, outcome), NOW);
  }

  @Test
  void shouldRestUntilTheQuotaIsRenewed() {
    Instant reset = NOW.plus(Duration.ofDays(2));
    assertThat(pause(new Outcome.QuotaExhausted(reset)))
        .isEqualTo(new Pause(reset, Pause.Cause.QUOTA_EXHAUSTED, NOW));
  }

  @Test
  void shouldRestAQuarterOfAnHourWhenNobodySaysUntilWhen() {
    assertThat(pause(new Outcome.QuotaExhausted(null)))
        .isEqualTo(new Pause(NOW.plus(Duration.ofMinutes(15)), Pause.Cause.QUOTA_EXHAUSTED, NOW));
  }
}
