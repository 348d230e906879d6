package dev.kompakt.router.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.TooLarge.Unit;
import dev.kompakt.schemas.record.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final Duration LIFETIME = Duration.ofMinutes(30);
  private static final Limits LIMITS = new Limits(LIFETIME);
  private static final AttemptId ATTEMPT = AttemptId.parse("cmpn_" + "0".repeat(40) + "/0#1");
  private static final Outcome SUCCEEDED =
      new Outcome.Succeeded(
          new PayloadRef(new PayloadId("p_" + "0".repeat(32)), 0, List.of(1L), 10), Usage.NONE);

  private @Nullable LearnedLimit limit;

  private static AttemptFinished attempt(boolean called, long wireBytes, Outcome outcome) {
    return new AttemptFinished(
        ATTEMPT,
        NOW,
        "worker-1",
        new ProviderId("openai"),
        new AccountId("team-a"),
        "gpt-5.5",
        Mode.SUMMARIZE,
        called,
        wireBytes,
        outcome,
        null,
        null);
  }

  private LearnedLimit accepted(long bytes, Instant now) {
    return fold(attempt(true, bytes, SUCCEEDED), now);
  }

  private LearnedLimit refused(Unit unit, long size, Instant now) {
    long wireBytes = unit == Unit.BYTES ? size : size * 4;
    return fold(attempt(true, wireBytes, new Outcome.TooLarge(unit, size, null)), now);
  }

  private LearnedLimit fold(AttemptFinished attempt, Instant now) {
    LearnedLimit next = LIMITS.fold(limit, attempt, now);
    if (next == null) {
      throw new AssertionError("nothing was learned");
    }
    limit = next;
    return next;
  }

  @Test
  void shouldShrinkAtOnceWhenASizeIsRefused() {
    // Given
    accepted(3_000_000, NOW);

    // When
    LearnedLimit learned = refused(Unit.BYTES, 2_000_000, NOW);

    // Then
    assertThat(learned.bytes().smallestRejected()).isEqualTo(2_000_000);
    assertThat(learned.bytes().target()).isEqualTo(1_000_000);
    assertThat(learned.key())
        .isEqualTo(new LimitKey(new ProviderId("openai"), LimitKey.Endpoint.RESPONSES, "gpt-5.5"));
  }

  @Test
  void shouldAimForTheLargestAcceptedWhenBothAreKnown() {
    // Given
    refused(Unit.BYTES, 2_000_000, NOW);
    accepted(700_000, NOW);

    // When
    LearnedLimit learned = accepted(900_000, NOW);

    // Then
    assertThat(learned.bytes().target()).isEqualTo(900_000);
  }

  @Test
  void shouldKeepBytesWhenTokensAreRefused() {
    // Given
    accepted(3_000_000, NOW);

    // When
    LearnedLimit learned = refused(Unit.TOKENS, 200_000, NOW);

    // Then
    assertThat(learned.tokens().target()).isEqualTo(100_000);
    assertThat(learned.bytes().smallestRejected()).isNull();
  }

  @Test
  void shouldExpireUnderSteadyUseWhenNothingIsRefusedAgain() {
    // Given
    refused(Unit.BYTES, 2_000_000, NOW);

    // When
    for (int minute = 1; minute < 30; minute++) {
      accepted(100_000 + minute, NOW.plus(Duration.ofMinutes(minute)));
    }

    // Then
    assertThat(limit).isNotNull().extracting(LearnedLimit::expiresAt).isEqualTo(NOW.plus(LIFETIME));
    LearnedLimit next = accepted(500, NOW.plus(LIFETIME));
    assertThat(next.bytes().target()).isNull();
  }

  @Test
  void shouldLastLongerWhenRefusedAgain() {
    // Given
    refused(Unit.BYTES, 2_000_000, NOW);

    // When
    LearnedLimit learned = refused(Unit.BYTES, 2_500_000, NOW.plusSeconds(600));

    // Then
    assertThat(learned.bytes().smallestRejected()).isEqualTo(2_000_000);
    assertThat(learned.expiresAt()).isEqualTo(NOW.plusSeconds(600).plus(LIFETIME));
  }

  @Test
  void shouldLearnNothingWhenNoCallWasMade() {
    // When
    LearnedLimit learned =
        LIMITS.fold(
            null, attempt(false, 5_000, new Outcome.TooLarge(Unit.BYTES, 5_000, 4_000L)), NOW);

    // Then
    assertThat(learned).isNull();
  }

  @Test
  void shouldLearnNothingWhenTheCallFailedOtherwise() {
    // When
    LearnedLimit learned =
        LIMITS.fold(
            null, attempt(true, 5_000, new Outcome.RateLimited(Duration.ofSeconds(1))), NOW);

    // Then
    assertThat(learned).isNull();
  }

  @Test
  void shouldHoldForTheLifetimeItIsToldTo() {
    // Given
    Limits brief = new Limits(Duration.ofSeconds(2));
    AttemptFinished refusal = attempt(true, 5_000, new Outcome.TooLarge(Unit.BYTES, 5_000, null));

    // When
    LearnedLimit learned = brief.fold(null, refusal, NOW);

    // Then
    assertThat(learned)
        .isNotNull()
        .extracting(LearnedLimit::expiresAt)
        .isEqualTo(NOW.plusSeconds(2));
  }

  @Test
  void shouldCountAnEndpointAsMissingUntilACallSucceeds() {
    // Given
    refused(Unit.BYTES, 2_000_000, NOW);

    // When
    LearnedLimit missing =
        fold(attempt(true, 900, new Outcome.Unsupported(404)), NOW.plusSeconds(9));
    LearnedLimit there = accepted(900, NOW.plusSeconds(20));

    // Then
    assertThat(missing.missingUntil()).isEqualTo(NOW.plusSeconds(9).plus(LIFETIME));
    assertThat(missing.bytes().smallestRejected()).isEqualTo(2_000_000);
    assertThat(missing.expiresAt()).isEqualTo(NOW.plus(LIFETIME));
    assertThat(there.missingUntil()).isNull();
  }

  @Test
  void shouldKeepAnEndpointMissingWhenItsSizesExpire() {
    // Given
    refused(Unit.BYTES, 2_000_000, NOW);
    fold(attempt(true, 900, new Outcome.Unsupported(404)), NOW.plus(LIFETIME).minusSeconds(1));

    // When
    LearnedLimit learned = refused(Unit.BYTES, 3_000_000, NOW.plus(LIFETIME).plusSeconds(1));

    // Then
    assertThat(learned.bytes().smallestRejected()).isEqualTo(3_000_000);
    assertThat(learned.missingUntil()).isEqualTo(NOW.plus(LIFETIME).plus(LIFETIME).minusSeconds(1));
  }

  @Test
  void shouldStayTheSameWhenAReportIsFoldedTwice() {
    // Given
    refused(Unit.BYTES, 2_000_000, NOW);
    LearnedLimit once = accepted(700_000, NOW);

    // When
    LearnedLimit twice = accepted(700_000, NOW.plusSeconds(5));

    // Then
    assertThat(twice).isSameAs(once);
  }
}
