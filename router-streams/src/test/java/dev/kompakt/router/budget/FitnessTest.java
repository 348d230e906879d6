package dev.kompakt.router.budget;

import static dev.kompakt.router.budget.History.at;
import static dev.kompakt.router.budget.History.reading;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountState.Active;
import dev.kompakt.schemas.record.AccountState.Deactivated;
import dev.kompakt.schemas.record.AccountState.Paused;
import dev.kompakt.schemas.record.AccountState.QuotaExceeded;
import dev.kompakt.schemas.record.AccountState.RateLimited;
import dev.kompakt.schemas.record.AccountState.ReauthRequired;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Unauthorized.Standing;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FitnessTest {
  private static final Outcome SIGNED_OUT = new Outcome.Unauthorized(401, Standing.REAUTH_REQUIRED);
  private static final Outcome CLOSED = new Outcome.Unauthorized(403, Standing.DEACTIVATED);

  private final History account = new History();

  private static Outcome limited(long seconds) {
    return new Outcome.RateLimited(Duration.ofSeconds(seconds));
  }

  private static Outcome exhausted(double until) {
    return new Outcome.QuotaExhausted(at(until));
  }

  @Test
  void shouldRestWhileRateLimitedAndNoLonger() {
    // When
    account.call(1, limited(20));

    // Then
    assertThat(account.state()).isEqualTo(new RateLimited(at(21)));
    assertThat(account.status().since()).isEqualTo(at(1));
    assertThat(account.until(21).state()).isEqualTo(new Active());
  }

  @Test
  void shouldRestUntilTheResetWhenItsQuotaIsUsedUp() {
    // When
    account.call(1, exhausted(3600)).call(5, limited(20));

    // Then
    assertThat(account.state()).isEqualTo(new QuotaExceeded(at(3600)));
    assertThat(account.until(3600).state()).isEqualTo(new Active());
  }

  @Test
  void shouldTakeTheResetFromAFullWindowWhenARefusalNamesNone() {
    // When
    account.call(
        1, new Outcome.QuotaExhausted(null), reading("primary", 100, 1), reading("tokens", 100, 1));

    // Then
    assertThat(account.state()).isEqualTo(new QuotaExceeded(at(18_000)));
  }

  @Test
  void shouldRestAWhileWhenNothingTellsUntilWhen() {
    // When
    account.call(1, new Outcome.QuotaExhausted(null));

    // Then
    assertThat(account.state()).isEqualTo(new QuotaExceeded(at(1).plus(Duration.ofMinutes(15))));
  }

  @Test
  void shouldBelieveNoResetOfYearsAhead() {
    // When
    account.call(1, new Outcome.QuotaExhausted(at(1).plus(Duration.ofDays(400))));

    // Then
    assertThat(account.state()).isEqualTo(new QuotaExceeded(at(1).plus(Duration.ofMinutes(15))));
  }

  @Test
  void shouldKeepAKnownResetWhenALaterRefusalNamesNone() {
    // When
    account.call(1, exhausted(3600)).call(2, new Outcome.QuotaExhausted(null));

    // Then
    assertThat(account.state()).isEqualTo(new QuotaExceeded(at(3600)));
  }

  @Test
  void shouldGoByTheNewestReset() {
    // When
    account.call(1, exhausted(3600)).call(2, exhausted(1800));

    // Then
    assertThat(account.state()).isEqualTo(new QuotaExceeded(at(1800)));
  }

  static Stream<@Nullable Outcome> neutral() {
    return Stream.of(
        null,
        new Outcome.Rejected(400, "invalid_request_error", "tools"),
        new Outcome.TooLarge(Outcome.TooLarge.Unit.BYTES, 10, null),
        new Outcome.Transient(Outcome.Transient.Cause.SERVER_ERROR, 500, Duration.ofSeconds(30)),
        new Outcome.Malformed(Outcome.Malformed.Fault.NOT_JSON),
        new Outcome.Unsupported(404),
        new Outcome.Cancelled(),
        new Outcome.Declined(at(500)),
        new Outcome.PayloadLost(),
        new Outcome.WorkerLost(),
        new Outcome.Unauthorized(403, null));
  }

  @ParameterizedTest
  @MethodSource("neutral")
  void shouldLoseNoStandingForWhatIsNotItsFault(@Nullable Outcome outcome) {
    // When
    account.call(1, outcome);

    // Then
    assertThat(account.status().state()).isNull();
    assertThat(account.status().calls()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("neutral")
  void shouldEndNoRestForWhatSaysNothingOfIt(@Nullable Outcome outcome) {
    // When
    account.call(1, exhausted(3600)).call(100, outcome);

    // Then
    assertThat(account.state()).isEqualTo(new QuotaExceeded(at(3600)));
  }

  @Test
  void shouldReturnWhenALaterReadingShowsRoomInEveryWindow() {
    // Given
    account.call(1, exhausted(17_000), reading("primary", 100, 0.5), reading("secondary", 40, 0.5));

    // When
    account.polled(90, reading("primary", 0, 90));
    AccountState half = account.state();
    account.polled(95, reading("secondary", 41, 95));

    // Then
    assertThat(half).as("the other window was read before").isInstanceOf(QuotaExceeded.class);
    assertThat(account.state()).isEqualTo(new Active());
    assertThat(account.status().since()).isEqualTo(at(95));
  }

  static Stream<List<UsageReading>> noProof() {
    return Stream.of(
        List.of(reading("primary", 3, 0.9)),
        List.of(reading("primary", 99, 90)),
        List.of(reading("primary", 3, 90), reading("secondary", 100, 90)),
        List.of(reading("tokens", 3, 90), reading("requests", 3, 90)));
  }

  @ParameterizedTest
  @MethodSource("noProof")
  void shouldStayWhenReadingsProveNoRoom(List<UsageReading> readings) {
    // When
    account.call(1, exhausted(17_000)).polled(91, readings.toArray(UsageReading[]::new));

    // Then
    assertThat(account.state()).isInstanceOf(QuotaExceeded.class);
  }

  @Test
  void shouldReturnWhenTheReadingCameInBeforeTheRefusal() {
    // When
    account.polled(90, reading("primary", 0, 90)).call(1, exhausted(17_000));

    // Then
    assertThat(account.state()).isEqualTo(new Active());
  }

  @Test
  void shouldWaitAsAskedThoughAnswersToEarlierCallsShowRoom() {
    // Given
    account.call(1, limited(600));

    // When
    account.call(3, null, reading("tokens", 97, 3));
    AccountState soon = account.state();
    account.call(90, null, reading("tokens", 10, 90));

    // Then
    assertThat(soon).isEqualTo(new RateLimited(at(601)));
    assertThat(account.state()).isEqualTo(new Active());
  }

  @Test
  void shouldBePausedUntilAnOperatorResumesIt() {
    // When
    account
        .call(1, exhausted(17_000))
        .paused(2)
        .polled(90, reading("primary", 0, 90))
        .call(91, SIGNED_OUT)
        .call(92, CLOSED)
        .call(93, limited(5))
        .renewed(94)
        .probed(95, null);

    // Then
    assertThat(account.state()).isEqualTo(new Paused());
    assertThat(account.status().since()).isEqualTo(at(2));
    assertThat(account.resumed(100).state()).isEqualTo(new Active());
  }

  @Test
  void shouldHearAnOperatorWhoseClockIsBehind() {
    // When
    account.call(100, exhausted(17_000)).polled(200, reading("primary", 0, 200)).paused(50);

    // Then
    assertThat(account.state()).isEqualTo(new Paused());
    assertThat(account.resumed(51).state()).isEqualTo(new Active());
  }

  @Test
  void shouldBeActiveAfterAResumeWhateverItWas() {
    assertThat(new History().call(1, CLOSED).resumed(2).state()).isEqualTo(new Active());
    assertThat(new History().call(1, SIGNED_OUT).resumed(2).state()).isEqualTo(new Active());
    assertThat(new History().call(1, exhausted(900)).resumed(2).state()).isEqualTo(new Active());
    assertThat(new History().call(1, limited(900)).resumed(2).state()).isEqualTo(new Active());
  }

  @Test
  void shouldBeSignedInAgainByARenewalOnly() {
    // Given
    account.call(10, SIGNED_OUT);

    // When
    account.call(11, limited(5)).call(12, null, reading("primary", 1, 12)).renewed(9);

    // Then
    assertThat(account.state()).isEqualTo(new ReauthRequired());
    assertThat(account.renewed(20).state()).isEqualTo(new Active());
  }

  @Test
  void shouldForgiveARefusalOfTheCredentialThatWasRenewedSince() {
    // When
    account.renewed(20).call(10, SIGNED_OUT);

    // Then
    assertThat(account.state()).isEqualTo(new Active());
  }

  @Test
  void shouldStayClosedWhateverCredentialItHas() {
    // When
    account.call(10, SIGNED_OUT).call(11, CLOSED).renewed(20).call(30, SIGNED_OUT);

    // Then
    assertThat(account.state()).isEqualTo(new Deactivated());
  }

  @Test
  void shouldBeUsableWhenAProbeIsAnswered() {
    assertThat(new History().call(1, CLOSED).probed(9, null).state()).isEqualTo(new Active());
    assertThat(new History().call(1, exhausted(900)).probed(9, null).state())
        .isEqualTo(new Active());
    assertThat(new History().call(10, CLOSED).probed(9, null).state()).isEqualTo(new Deactivated());
    assertThat(new History().probed(9, SIGNED_OUT).state()).isEqualTo(new ReauthRequired());
  }

  @Test
  void shouldNotRestForARefusalOlderThanWhatEndedTheRest() {
    // When
    account.call(1, limited(900)).resumed(50).call(40, limited(900)).call(41, exhausted(900));

    // Then
    assertThat(account.state()).isEqualTo(new Active());
  }

  @Test
  void shouldRestAgainForARefusalSaidDuringARestThatIsOver() {
    // When
    account.call(1, limited(20)).until(22).call(15, limited(60));

    // Then
    assertThat(account.state()).isEqualTo(new RateLimited(at(75)));
  }

  @Test
  void shouldRestForTheLongerOfTwoWaitsWhicheverComesFirst() {
    assertThat(new History().call(5, limited(20)).call(3, limited(90)).state())
        .isEqualTo(new RateLimited(at(93)));
    assertThat(new History().call(3, limited(90)).call(5, limited(20)).state())
        .isEqualTo(new RateLimited(at(93)));
  }
}
