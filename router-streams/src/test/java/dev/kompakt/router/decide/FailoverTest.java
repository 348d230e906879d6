package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class FailoverTest {
  private static final Path PAGE = Path.of("../docs/failover.md");
  private static final Instant NOW = Fixtures.START;

  private static Failover of(Outcome outcome) {
    return Failover.of(outcome, new Failover.Sent(Mode.NATIVE, true, false, false), NOW);
  }

  private static Failover withoutAccount(Outcome outcome) {
    return Failover.of(outcome, new Failover.Sent(Mode.LOCAL, false, false, false), NOW);
  }

  @Test
  void shouldBeThePageThatIsCommitted() throws IOException {
    // When
    String page = FailoverPage.render();

    // Then
    if (Boolean.getBoolean("kompakt.docs.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).as("rewrite it with -Dkompakt.docs.write=true").hasContent(page);
  }

  @Test
  void shouldHaveARowForEveryOutcome() {
    assertThat(FailoverPage.outcomes().values())
        .extracting(Object::getClass)
        .containsAll(Stream.of(Outcome.class.getPermittedSubclasses()).toList());
  }

  @Test
  void shouldRestAsLongAsUpstreamSaysWithinBounds() {
    assertThat(of(new Outcome.RateLimited(Duration.ofSeconds(7))))
        .isEqualTo(new Failover.Rest(Pause.Cause.RATE_LIMITED, Duration.ofSeconds(7)));
    assertThat(of(new Outcome.RateLimited(Duration.ofSeconds(-7))))
        .isEqualTo(new Failover.Rest(Pause.Cause.RATE_LIMITED, Duration.ofMillis(500)));
    assertThat(of(new Outcome.RateLimited(Duration.ofDays(1))))
        .isEqualTo(new Failover.Rest(Pause.Cause.RATE_LIMITED, Duration.ofHours(1)));
    assertThat(of(new Outcome.QuotaExhausted(NOW.plus(Duration.ofDays(3)))))
        .isEqualTo(new Failover.Rest(Pause.Cause.QUOTA_EXHAUSTED, Duration.ofDays(3)));
    assertThat(of(new Outcome.QuotaExhausted(NOW.plus(Duration.ofDays(400)))))
        .isEqualTo(new Failover.Rest(Pause.Cause.QUOTA_EXHAUSTED, Duration.ofDays(7)));
    assertThat(of(new Outcome.Transient(Cause.OVERLOADED, 503, Duration.ofHours(1))))
        .isEqualTo(new Failover.Again(Duration.ofMinutes(5)));
    assertThat(of(new Outcome.Declined(NOW.plus(Duration.ofDays(1)))))
        .isEqualTo(new Failover.NoRoom(NOW.plus(Duration.ofHours(1))));
  }

  @Test
  void shouldRestAQuarterOfAnHourWhenNobodySaysUntilWhen() {
    assertThat(of(new Outcome.QuotaExhausted(null)))
        .isEqualTo(new Failover.Rest(Pause.Cause.QUOTA_EXHAUSTED, Duration.ofMinutes(15)));
  }

  static Stream<Outcome> ofNoAccountsMaking() {
    return Stream.of(
        new Outcome.Rejected(400, "invalid_value", null),
        new Outcome.Malformed(Outcome.Malformed.Fault.TRUNCATED),
        new Outcome.TooLarge(Outcome.TooLarge.Unit.TOKENS, 1, null),
        new Outcome.Unsupported(404),
        new Outcome.Cancelled(),
        new Outcome.PayloadLost(),
        new Outcome.WorkerLost());
  }

  @ParameterizedTest
  @MethodSource("ofNoAccountsMaking")
  void shouldCostNoAccountAnythingWhatItDidNotMake(Outcome outcome) {
    assertThat(of(outcome))
        .isNotInstanceOfAny(Failover.Rest.class, Failover.Refused.class, Failover.NoRoom.class);
  }

  @ParameterizedTest
  @EnumSource
  void shouldCostNoAccountAnythingWhenItIsTransient(Cause cause) {
    assertThat(of(new Outcome.Transient(cause, null, null)))
        .isEqualTo(new Failover.Again(Duration.ZERO));
  }

  @Test
  void shouldHaveNoAccountRestWhereNoneWasUsed() {
    assertThat(withoutAccount(new Outcome.RateLimited(Duration.ofSeconds(9))))
        .isEqualTo(new Failover.Again(Duration.ZERO));
    assertThat(withoutAccount(new Outcome.Unauthorized(401, null)))
        .isEqualTo(new Failover.Again(Duration.ZERO));
    assertThat(withoutAccount(new Outcome.Declined(null))).isEqualTo(new Failover.Later());
  }
}
