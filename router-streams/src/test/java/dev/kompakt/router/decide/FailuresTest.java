package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {
  static Stream<Failures> ofUnknownLength() {
    return Stream.of(
        Failures.of(
            new Outcome.Transient(Cause.OVERLOADED, 503, Duration.ofSeconds(17)), Fixtures.START),
        Failures.of(new Outcome.Transient(Cause.SERVER_ERROR, 500, null), Fixtures.START),
        Failures.of(new Outcome.Malformed(Outcome.Malformed.Fault.NOT_JSON), Fixtures.START),
        Failures.of(new Outcome.Rejected(422, null, null), Fixtures.START),
        Failures.noAccount(),
        Failures.timedOut(),
        Failures.tooLarge(),
        Failures.tooManyCalls(50, 48));
  }

  @ParameterizedTest
  @MethodSource("ofUnknownLength")
  void shouldTellNoTimeAndAnswerForAMinuteWhenNobodyKnowsTheEnd(Failures failures) {
    Failure failure = failures.failure();
    assertThat(failure.retryAfterSeconds()).as(failure.code()).isNull();
    assertThat(failure.answersFor()).isEqualTo(Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @CsvSource({"PT0S,1", "PT0.2S,1", "PT9S,9", "PT9.001S,10", "PT3H,60"})
  void shouldAnswerUntilTheTimeItTellsWhenTheEndIsKnown(Duration left, int told) {
    for (Pause.Cause cause :
        new Pause.Cause[] {Pause.Cause.RATE_LIMITED, Pause.Cause.QUOTA_EXHAUSTED}) {
      Failure failure = Failures.resting(cause, left, null).failure();
      assertThat(failure.retryAfterSeconds()).as("%s", cause).isEqualTo(told);
      assertThat(failure.answersFor()).isEqualTo(Duration.ofSeconds(told));
    }
  }

  @ParameterizedTest
  @CsvSource({"PT-5S,1", "PT9S,9", "PT3H,60"})
  void shouldTellTheResetOfTheLastAccountThatWasAsked(Duration left, int told) {
    // Given
    Instant resetsAt = Fixtures.START.plus(left);

    // When
    Failure failure = Failures.of(new Outcome.QuotaExhausted(resetsAt), Fixtures.START).failure();

    // Then
    assertThat(failure.retryAfterSeconds()).isEqualTo(told);
    assertThat(failure.resetsAt()).isEqualTo(resetsAt);
  }
}
