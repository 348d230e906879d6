package dev.kompakt.workers.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.workers.Jobs;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AccountQuotaTest {
  private static final Instant NOW = Jobs.NOW;
  private static final Outcome ANSWER =
      new Outcome.Succeeded(Jobs.EMPTY, new Usage(900, 0, 100, 0));
  private static final Outcome REFUSAL = new Outcome.RateLimited(Duration.ofSeconds(1));

  private static AccountQuota requests(int perMinute) {
    return new AccountQuota(new Limits(100, perMinute, null));
  }

  private static AccountQuota tokens(int perMinute) {
    return new AccountQuota(new Limits(100, null, perMinute));
  }

  private static AttemptId id(int number) {
    return Jobs.attempt(number);
  }

  private static Admission wait(Admission.Reason reason, Instant until) {
    return new Admission.Wait(reason, until);
  }

  /// Makes a whole call at once.
  private static void call(AccountQuota quota, int number, Instant at, Outcome outcome) {
    assertThat(quota.mayStart(id(number), 1_000, at)).isEqualTo(new Admission.Start());
    quota.start(id(number), 1_000);
    quota.over(id(number), Spent.of(true, outcome), at);
    quota.end(id(number), at);
  }

  @Test
  void shouldLetAsManyRequestsBeginInAnyMinuteAsAreAllowed() {
    // Given
    AccountQuota quota = requests(2);
    call(quota, 1, NOW, ANSWER);
    call(quota, 2, NOW.plusSeconds(20), ANSWER);

    // When
    Admission full = quota.mayStart(id(3), 1_000, NOW.plusSeconds(59));

    // Then
    assertThat(full).isEqualTo(wait(Admission.Reason.REQUESTS, NOW.plusSeconds(60)));
    call(quota, 3, NOW.plusSeconds(60), ANSWER);
    assertThat(quota.mayStart(id(4), 1_000, NOW.plusSeconds(60)))
        .isEqualTo(wait(Admission.Reason.REQUESTS, NOW.plusSeconds(80)));
  }

  @Test
  void shouldCountACallUntilAMinuteAfterItCanHaveArrived() {
    // Given
    AccountQuota quota = requests(1);
    quota.start(id(1), 10);

    // When
    Admission unsent = quota.mayStart(id(2), 10, NOW.plusSeconds(300));
    quota.sent(id(1), NOW.plusSeconds(310));
    Admission sent = quota.mayStart(id(2), 10, NOW.plusSeconds(311));
    quota.over(id(1), Spent.of(true, ANSWER), NOW.plusSeconds(350));

    // Then
    assertThat(unsent).isEqualTo(new Admission.Wait(Admission.Reason.REQUESTS, null));
    assertThat(sent).isEqualTo(wait(Admission.Reason.REQUESTS, NOW.plusSeconds(372)));
    assertThat(quota.mayStart(id(2), 10, NOW.plusSeconds(372))).isEqualTo(new Admission.Start());
  }

  @Test
  void shouldCountACallThatEndsWithoutAWordAsOneThatMayStillArrive() {
    // Given
    AccountQuota quota = requests(1);

    // When
    call(quota, 1, NOW, new Outcome.Transient(Outcome.Transient.Cause.CONNECTION_LOST, null, null));

    // Then
    assertThat(quota.mayStart(id(2), 1_000, NOW.plusSeconds(60)))
        .isEqualTo(wait(Admission.Reason.REQUESTS, NOW.plusSeconds(60).plus(AccountQuota.MARGIN)));
  }

  @Test
  void shouldKeepThePlaceOfACallCutShortUntilTheProviderHasGivenItUp() {
    // Given
    AccountQuota quota = new AccountQuota(Limits.of(1));
    Instant gone = NOW.plus(AccountQuota.MARGIN);

    // When
    call(quota, 1, NOW, new Outcome.Cancelled());

    // Then
    assertThat(quota.unused()).isFalse();
    assertThat(quota.mayStart(id(2), 1_000, gone.minusMillis(1)))
        .isEqualTo(wait(Admission.Reason.CONCURRENCY, gone));
    assertThat(quota.mayStart(id(2), 1_000, gone)).isEqualTo(new Admission.Start());
  }

  @Test
  void shouldGiveThePlaceOfACallAwayOnceTheProviderHasEndedIt() {
    // Given
    AccountQuota quota = new AccountQuota(Limits.of(1));

    // When
    call(quota, 1, NOW, ANSWER);
    call(quota, 2, NOW, REFUSAL);
    call(quota, 3, NOW, new Outcome.Transient(Outcome.Transient.Cause.SERVER_ERROR, 500, null));

    // Then
    assertThat(quota.mayStart(id(4), 1_000, NOW)).isEqualTo(new Admission.Start());
  }

  @Test
  void shouldNotCountAnAttemptThatMadeNoCall() {
    // Given
    AccountQuota quota = requests(1);
    quota.start(id(1), 10);

    // When
    quota.over(id(1), Spent.of(false, new Outcome.Declined(null)), NOW);
    quota.end(id(1), NOW);

    // Then
    assertThat(quota.mayStart(id(2), 10, NOW)).isEqualTo(new Admission.Start());
    assertThat(quota.unused()).isTrue();
  }

  @Test
  void shouldCountTheEstimateBeforeAndWhatTheAnswerTellsAfter() {
    // Given
    AccountQuota quota = tokens(2_500);
    quota.start(id(1), 1_000);
    quota.start(id(2), 1_000);

    // When
    Admission before = quota.mayStart(id(3), 400, NOW);
    quota.over(id(1), Spent.of(true, ANSWER), NOW);
    quota.over(id(2), Spent.of(true, REFUSAL), NOW);
    Admission after = quota.mayStart(id(3), 1_200, NOW);

    // Then
    assertThat(before).isEqualTo(new Admission.Wait(Admission.Reason.TOKENS, null));
    assertThat(after).isEqualTo(new Admission.Start());
  }

  @Test
  void shouldTakeAQuarterMoreThanEstimatedUntilAnswersTellBetter() {
    // Given
    AccountQuota quota = tokens(100_000);
    long first = quota.counted(1_000);

    // When
    for (int i = 0; i < 200; i++) {
      call(quota, i, NOW.plusSeconds(61L * i), ANSWER);
    }
    long later = quota.counted(1_000);
    quota.start(id(500), 1_000);
    quota.over(
        id(500),
        Spent.of(true, new Outcome.Succeeded(Jobs.EMPTY, new Usage(2_000, 0, 500, 0))),
        NOW);

    // Then
    assertThat(first).isEqualTo(1_250);
    assertThat(later).isBetween(1_050L, 1_051L);
    assertThat(quota.counted(1_000)).as("more than twice as much was seen").isEqualTo(2_500);
  }

  @Test
  void shouldLetACallStartThatTakesTheWholeMinute() {
    // Given
    AccountQuota quota = tokens(1_000);

    // When
    Admission alone = quota.mayStart(id(1), 1_000, NOW);
    quota.start(id(1), 1_000);

    // Then
    assertThat(alone).isEqualTo(new Admission.Start());
    assertThat(quota.fits(1_001)).isFalse();
  }

  @Test
  void shouldTakeBackACallThatTurnsOutTooLargeWhenItIsSized() {
    // Given
    AccountQuota quota = tokens(2_500);
    quota.start(id(1), 1_000);
    quota.start(id(2), 800);

    // When
    boolean smaller = quota.sized(id(2), 900, NOW);
    boolean larger = quota.sized(id(1), 1_200, NOW);

    // Then
    assertThat(smaller).isTrue();
    assertThat(larger).isFalse();
  }

  @Test
  void shouldCountWhatAFormerOwnerRunsUntilItIsKnownWhenThatArrived() {
    // Given
    AccountQuota quota = requests(2);
    quota.runsElsewhere(id(1), 10, NOW.plusSeconds(900));
    quota.wasMadeElsewhere(10, Spent.of(true, ANSWER), NOW);

    // When
    Admission one = quota.mayStart(id(2), 10, NOW.plusSeconds(59));
    quota.start(id(2), 10);
    Admission two = quota.mayStart(id(3), 10, NOW.plusSeconds(61));
    quota.endsElsewhere(id(1), Spent.UNKNOWN, NOW.plusSeconds(70));

    // Then
    assertThat(one).isEqualTo(wait(Admission.Reason.REQUESTS, NOW.plusSeconds(60)));
    assertThat(two).isEqualTo(new Admission.Wait(Admission.Reason.REQUESTS, null));
    assertThat(quota.mayStart(id(3), 10, NOW.plusSeconds(71)))
        .isEqualTo(wait(Admission.Reason.REQUESTS, NOW.plusSeconds(130)));
  }

  @Test
  void shouldForgetOthersButNotItsOwnWhenTheLaneGoes() {
    // Given
    AccountQuota quota = requests(3);
    quota.runsElsewhere(id(1), 10, NOW.plusSeconds(900));
    quota.wasMadeElsewhere(10, Spent.UNKNOWN, NOW);
    quota.start(id(2), 10);

    // When
    quota.forgetOthers();

    // Then
    assertThat(quota.window().room()).isEqualTo(new Window.Room(2, Long.MAX_VALUE / 2 - 13));
    assertThat(quota.running()).isOne();
  }

  @Test
  void shouldCountARefusedCallAndTheOneInItsPlaceAsTwoRequestsButTheTokensOnce() {
    // Given
    AccountQuota quota = new AccountQuota(new Limits(100, 3, 2_500));
    quota.start(id(1), 1_000);

    // When
    boolean second = quota.again(id(1), NOW);
    boolean third = quota.again(id(1), NOW);
    boolean fourth = quota.again(id(1), NOW);
    boolean stranger = quota.again(id(9), NOW);

    // Then
    assertThat(second).isTrue();
    assertThat(third).isTrue();
    assertThat(fourth).as("three requests a minute").isFalse();
    assertThat(stranger).as("one that does not run").isFalse();
    quota.over(id(1), Spent.of(true, ANSWER), NOW);
    quota.end(id(1), NOW);
    assertThat(quota.running()).isZero();
    assertThat(quota.mayStart(id(2), 1_000, NOW))
        .isEqualTo(wait(Admission.Reason.REQUESTS, NOW.plusSeconds(60)));
  }
}
