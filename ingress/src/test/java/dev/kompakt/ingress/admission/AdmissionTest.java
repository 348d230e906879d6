package dev.kompakt.ingress.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.Client;
import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.IngressConfig;
import dev.kompakt.schemas.id.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Who is let in: by room in all, by lane, by share, and by what a key may use.
class AdmissionTest {
  private static final long MIB = 1 << 20;
  private static final Caller ALICE = caller("alice", null, null, null);
  private static final Caller BOB = caller("bob", null, null, null);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-21T23:00:00Z"));

  @Test
  void shouldGiveEverythingBackOnceWhenClosedTwice() {
    // Given
    Admission admission = admission(2, 10 * MIB);
    Permit permit = permit(admission.admit(Lane.COMPACT, ALICE, 3 * MIB));

    // When
    permit.bodyRead();
    permit.close();
    permit.close();

    // Then
    assertThat(admission.requests()).isZero();
    assertThat(admission.bodyBytes()).isZero();
  }

  @Test
  void shouldLeaveNothingTakenWhenBytesHaveNoRoom() {
    // Given
    Admission admission = admission(2, MIB);

    // When
    Admitted refused = admission.admit(Lane.COMPACT, ALICE, MIB + 1);

    // Then
    assertThat(reason(refused)).isEqualTo(Admitted.Reason.BODY_BYTES);
    assertThat(admission.requests()).isZero();
    assertThat(admission.bodyBytes()).isZero();
  }

  @Test
  void shouldGrowWithBodyWhenItsLengthIsUnknown() {
    // Given
    Admission admission = admission(2, 3 * MIB);
    Permit permit = permit(admission.admit(Lane.COMPACT, ALICE, -1));

    // When
    boolean first = permit.cover(MIB);
    boolean second = permit.cover(3 * MIB);
    boolean third = permit.cover(3 * MIB + 1);

    // Then
    assertThat(first).isTrue();
    assertThat(second).isTrue();
    assertThat(third).isFalse();
    assertThat(admission.bodyBytes()).isEqualTo(3 * MIB);
  }

  @Test
  void shouldAnswerQueriesWhenAllWorkIsTaken() {
    // Given
    Admission admission = admission(2, 10 * MIB);
    Permit turn = permit(admission.admit(Lane.RESPONSES, ALICE, 1));
    permit(admission.admit(Lane.COMPACT, ALICE, 1));

    // When
    Admitted work = admission.admit(Lane.COMPACT, ALICE, 1);
    Admitted query = admission.admit(Lane.ADMIN, ALICE, 0);

    // Then
    assertThat(reason(work)).isEqualTo(Admitted.Reason.REQUESTS);
    assertThat(reason(query)).isNull();
    turn.close();
    assertThat(reason(admission.admit(Lane.COMPACT, ALICE, 1))).isNull();
  }

  @Test
  void shouldKeepOneLaneFromAnotherWhenItIsFull() {
    // Given
    Admission admission =
        admission(
            Map.of(
                "ingress.lanes.compact.maxRequests", "1",
                "ingress.lanes.compact.maxBodyBytesInFlight", "2MiB"),
            false);
    permit(admission.admit(Lane.COMPACT, ALICE, 2 * MIB));

    // When
    Admitted compact = admission.admit(Lane.COMPACT, BOB, 0);
    Admitted turn = admission.admit(Lane.RESPONSES, ALICE, 2 * MIB);

    // Then
    assertThat(reason(compact)).isEqualTo(Admitted.Reason.REQUESTS);
    assertThat(reason(turn)).isNull();
  }

  @Test
  void shouldKeepRoomForOthersWhenOneKeyFloods() {
    // Given
    Admission admission = admission(Map.of("ingress.lanes.compact.maxRequests", "12"), true);
    int flooded = 0;
    for (int i = 0; i < 100; i++) {
      flooded += admission.admit(Lane.COMPACT, ALICE, 0) instanceof Permit ? 1 : 0;
    }

    // When
    int late = 0;
    for (int i = 0; i < 100; i++) {
      late += admission.admit(Lane.COMPACT, BOB, 0) instanceof Permit ? 1 : 0;
    }
    Admitted third = admission.admit(Lane.COMPACT, caller("carol", null, null, null), 0);

    // Then
    assertThat(flooded).isEqualTo(6);
    assertThat(late).isEqualTo(4);
    assertThat(reason(third)).isNull();
    assertThat(reason(admission.admit(Lane.COMPACT, ALICE, 0))).isEqualTo(Admitted.Reason.SHARE);
  }

  @Test
  void shouldLetOneKeyTakeAllWhenThereIsNoOther() {
    // Given
    Admission admission = admission(Map.of("ingress.lanes.compact.maxRequests", "12"), false);

    // When
    int taken = 0;
    for (int i = 0; i < 100; i++) {
      taken += admission.admit(Lane.COMPACT, ALICE, 0) instanceof Permit ? 1 : 0;
    }

    // Then
    assertThat(taken).isEqualTo(12);
  }

  @Test
  void shouldKeepBytesForOthersWhenOneKeyFloods() {
    // Given
    Admission admission =
        admission(Map.of("ingress.lanes.compact.maxBodyBytesInFlight", "12MiB"), true);
    int flooded = 0;
    for (int i = 0; i < 100; i++) {
      flooded += admission.admit(Lane.COMPACT, ALICE, MIB) instanceof Permit ? 1 : 0;
    }

    // When
    Admitted large = admission.admit(Lane.COMPACT, BOB, 6 * MIB);
    Admitted further = admission.admit(Lane.COMPACT, BOB, 0);

    // Then
    assertThat(flooded).isEqualTo(6);
    assertThat(reason(large)).isNull();
    assertThat(reason(further)).isNull();
    assertThat(permit(further).cover(1)).isFalse();
  }

  @Test
  void shouldRefuseWhenKeyHasAsManyRunningAsItMay() {
    // Given
    Admission admission = admission(100, 10 * MIB);
    Caller limited = caller("alice", 2, null, null);
    permit(admission.admit(Lane.COMPACT, limited, 0));
    Permit second = permit(admission.admit(Lane.RESPONSES, limited, 0));

    // When
    Admitted third = admission.admit(Lane.COMPACT, limited, 0);
    Admitted query = admission.admit(Lane.ADMIN, limited, 0);
    second.close();
    second.close();

    // Then
    assertThat(reason(third)).isEqualTo(Admitted.Reason.KEY_CONCURRENCY);
    assertThat(reason(query)).isNull();
    assertThat(reason(admission.admit(Lane.COMPACT, limited, 0))).isNull();
    assertThat(reason(admission.admit(Lane.COMPACT, limited, 0)))
        .isEqualTo(Admitted.Reason.KEY_CONCURRENCY);
    assertThat(reason(admission.admit(Lane.COMPACT, BOB, 0))).isNull();
  }

  @Test
  void shouldNeverBeginMoreThanTheRateWithinAnyMinuteWhenTimesAreRandom() {
    // Given
    long seed = Long.getLong("kompakt.seed", new Random().nextLong());
    Random random = new Random(seed);
    Admission admission = admission(100, 10 * MIB);
    Caller limited = caller("alice", null, 5, null);
    List<Instant> begun = new ArrayList<>();

    // When
    for (int i = 0; i < 2_000; i++) {
      now.set(now.get().plusMillis(random.nextInt(10) == 0 ? 70_000 : random.nextInt(8_000)));
      switch (admission.admit(Lane.COMPACT, limited, 0)) {
        case Permit permit -> {
          begun.add(now.get());
          permit.close();
        }
        case Admitted.Refusal refusal -> {
          assertThat(refusal.reason()).as("seed %d", seed).isEqualTo(Admitted.Reason.KEY_RATE);
          assertThat(refusal.retryAfterSeconds()).as("seed %d", seed).isBetween(1, 60);
          Instant fifth = begun.get(begun.size() - 5);
          assertThat(Duration.between(fifth, now.get()).toSeconds())
              .as("seed %d", seed)
              .isLessThanOrEqualTo(60);
        }
      }
    }

    // Then
    for (int i = 5; i < begun.size(); i++) {
      assertThat(Duration.between(begun.get(i - 5), begun.get(i)))
          .as("seed %d", seed)
          .isGreaterThanOrEqualTo(Duration.ofSeconds(60));
    }
    assertThat(begun.size()).as("seed %d", seed).isGreaterThan(300);
  }

  @Test
  void shouldLetInAtTheTimeItWasToldWhenRateWasUsedUp() {
    // Given
    Admission admission = admission(100, 10 * MIB);
    Caller limited = caller("alice", null, 1, null);
    permit(admission.admit(Lane.COMPACT, limited, 0)).close();
    now.set(now.get().plusSeconds(20));

    // When
    Admitted.Refusal refused = (Admitted.Refusal) admission.admit(Lane.COMPACT, limited, 0);
    now.set(now.get().plusSeconds(refused.retryAfterSeconds()));

    // Then
    assertThat(refused.retryAfterSeconds()).isEqualTo(41);
    assertThat(reason(admission.admit(Lane.COMPACT, limited, 0))).isNull();
  }

  @Test
  void shouldNameTheResetWhenTokensOfTheDayAreUsedUp() {
    // Given
    Map<LocalDate, Long> used = new HashMap<>(Map.of(LocalDate.parse("2026-11-21"), 1_000L));
    Admission admission =
        new Admission(
            config(Map.of()), now::get, (day, _) -> used.getOrDefault(day, 0L), () -> true);
    Caller limited = caller("alice", null, null, 1_000L);
    now.set(Instant.parse("2026-11-21T23:59:30Z"));

    // When
    Admitted.Refusal refused = (Admitted.Refusal) admission.admit(Lane.COMPACT, limited, 0);
    Admitted richer = admission.admit(Lane.COMPACT, caller("x", null, null, 1_001L), 0);
    Admitted query = admission.admit(Lane.ADMIN, limited, 0);
    now.set(Instant.parse("2026-11-22T00:00:00Z"));

    // Then
    assertThat(refused.reason().code()).isEqualTo("token_budget_exceeded");
    assertThat(refused.retryAfterSeconds()).isEqualTo(30);
    assertThat(refused.message()).contains("2026-11-22T00:00:00Z");
    assertThat(reason(richer)).isNull();
    assertThat(reason(query)).isNull();
    assertThat(reason(admission.admit(Lane.COMPACT, limited, 0))).isNull();
  }

  private Admission admission(int maxRequests, long maxBytes) {
    return admission(
        Map.of(
            "ingress.maxRequests", Integer.toString(maxRequests),
            "ingress.maxBodyBytesInFlight", Long.toString(maxBytes)),
        false);
  }

  private Admission admission(Map<String, String> settings, boolean severalKeys) {
    return new Admission(config(settings), now::get, (_, _) -> 0, () -> severalKeys);
  }

  private static IngressConfig config(Map<String, String> settings) {
    return ConfigLoader.load(null, Map.of(), settings).ingress();
  }

  private static Caller caller(
      String key, @Nullable Integer concurrency, @Nullable Integer rate, @Nullable Long tokens) {
    return new Caller(
        new TenantId(key),
        key,
        Set.of(Client.Scope.values()),
        List.of(),
        new Client.Limits(concurrency, rate, tokens));
  }

  private static Permit permit(Admitted admitted) {
    assertThat(admitted).isInstanceOf(Permit.class);
    return (Permit) admitted;
  }

  private static Admitted.@Nullable Reason reason(Admitted admitted) {
    return admitted instanceof Admitted.Refusal refusal ? refusal.reason() : null;
  }
}
