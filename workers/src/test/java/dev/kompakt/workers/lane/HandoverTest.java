package dev.kompakt.workers.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.Seeded;
import dev.kompakt.workers.quota.Spent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class HandoverTest {
  private static final Instant NOW = Jobs.NOW;
  private static final AccountId A = new AccountId("a");

  private final Handover handover = new Handover("here", false);

  static AttemptEvent started(int attempt, String worker, Instant deadline) {
    return started(attempt, worker, NOW, deadline);
  }

  static AttemptEvent started(int attempt, String worker, Instant at, Instant deadline) {
    return new AttemptEvent.AttemptStarted(
        Jobs.attempt(attempt), at, worker, new AccountId("a"), 100, 25, deadline);
  }

  static AttemptEvent finished(int attempt) {
    return finished(attempt, "w", NOW, true, new Outcome.Cancelled());
  }

  private static AttemptEvent finished(
      int attempt, String worker, Instant at, boolean called, Outcome outcome) {
    return new AttemptEvent.AttemptFinished(
        Jobs.attempt(attempt),
        at,
        worker,
        Jobs.PROVIDER,
        new AccountId("a"),
        "m",
        Mode.NATIVE,
        called,
        100,
        outcome,
        null,
        null);
  }

  @Test
  void shouldNotCountTheCallsOfAWorkerThatIsGone() {
    // Given
    Handover after = new Handover("here", true);

    // When
    after.apply(started(1, "dead", NOW.plusSeconds(60)));

    // Then
    assertThat(after.running(NOW)).isEmpty();
    assertThat(after.made(NOW))
        .as("but they may have arrived until now")
        .containsExactly(new Handover.Made(A, 25, Spent.UNKNOWN, NOW));
  }

  @Test
  void shouldCountWhatStartedAndDidNotFinish() {
    // Given
    handover.apply(started(1, "w", NOW.plusSeconds(60)));
    handover.apply(started(2, "w", NOW.plusSeconds(60)));

    // When
    handover.apply(finished(1));

    // Then
    assertThat(handover.finished(Jobs.attempt(1))).isTrue();
    assertThat(handover.running(NOW))
        .extracting(Handover.Started::attempt)
        .containsExactly(Jobs.attempt(2));
  }

  @Test
  void shouldForgetAnAttemptWhenItsDeadlineHasPassed() {
    // Given
    handover.apply(started(1, "w", NOW.plusSeconds(60)));

    // When
    List<Handover.Started> running = handover.running(NOW.plusSeconds(60));

    // Then
    assertThat(running).isEmpty();
  }

  @Test
  void shouldCountEachStartOnceHoweverOftenItIsRead() {
    // Given
    handover.apply(started(1, "w1", NOW.plusSeconds(60)));
    handover.apply(started(1, "w1", NOW.plusSeconds(60)));

    // When
    handover.apply(started(1, "w2", NOW.plusSeconds(90)));

    // Then
    assertThat(handover.started(Jobs.attempt(1)))
        .isEqualTo(new Handover.Started(Jobs.attempt(1), "w2", A, 25, NOW.plusSeconds(90), 2));
  }

  @Test
  void shouldTellHowManyWorkersStartedItHoweverOftenEachDid() {
    // When
    handover.apply(started(1, "first", NOW, NOW.plusSeconds(60)));
    handover.apply(started(1, "first", NOW.plusSeconds(1), NOW.plusSeconds(60)));
    handover.apply(started(1, "second", NOW.plusSeconds(2), NOW.plusSeconds(60)));

    // Then
    assertThat(Objects.requireNonNull(handover.started(Jobs.attempt(1))).workers()).isEqualTo(2);
  }

  @Test
  void shouldTellWhatFinishedCallsOfOthersUsed() {
    // Given
    Outcome refused = new Outcome.RateLimited(Duration.ofSeconds(1));
    handover.apply(started(1, "w", NOW, NOW.plusSeconds(60)));
    handover.apply(started(2, "w", NOW, NOW.plusSeconds(60)));
    handover.apply(started(3, "here", NOW, NOW.plusSeconds(60)));

    // When
    handover.apply(finished(1, "w", NOW.plusSeconds(5), true, refused));
    handover.apply(finished(2, "w", NOW.plusSeconds(6), false, new Outcome.Declined(null)));
    handover.apply(finished(3, "here", NOW.plusSeconds(7), true, refused));

    // Then
    assertThat(handover.made(NOW.plusSeconds(9)))
        .containsExactlyInAnyOrder(
            new Handover.Made(A, 25, new Spent(true, 0L, false), NOW.plusSeconds(5)),
            new Handover.Made(A, 25, new Spent(false, null, false), NOW.plusSeconds(6)));
    assertThat(handover.running(NOW)).isEmpty();
  }

  @Test
  void shouldTakeItThatADeadWorkersCallArrivedUntilAnotherWentOnWithTheAttempt() {
    // Given
    Outcome done = new Outcome.RateLimited(Duration.ofSeconds(1));

    // When
    handover.apply(started(1, "dead", NOW, NOW.plusSeconds(60)));
    handover.apply(started(1, "next", NOW.plusSeconds(9), NOW.plusSeconds(60)));
    List<Handover.Made> whileRunning = handover.made(NOW.plusSeconds(20));
    handover.apply(finished(1, "next", NOW.plusSeconds(30), true, done));
    handover.apply(started(2, "dead", NOW, NOW.plusSeconds(60)));
    handover.apply(finished(2, "next", NOW.plusSeconds(12), false, new Outcome.Cancelled()));

    // Then
    Handover.Made first = new Handover.Made(A, 25, Spent.UNKNOWN, NOW.plusSeconds(9));
    assertThat(whileRunning).containsExactly(first);
    assertThat(handover.made(NOW.plusSeconds(40)))
        .containsExactlyInAnyOrder(
            first,
            new Handover.Made(A, 25, new Spent(true, 0L, false), NOW.plusSeconds(30)),
            new Handover.Made(A, 25, Spent.UNKNOWN, NOW.plusSeconds(12)));
  }

  @Test
  void shouldComeToTheSameWhateverIsRepeatedAndHoweverItIsOrdered() {
    long seed = Seeded.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 100; round++) {
      // Given
      List<AttemptEvent> events = new ArrayList<>();
      Set<AttemptId> unfinished = new HashSet<>();
      for (int attempt = 0; attempt < 8; attempt++) {
        events.add(started(attempt, "w", NOW.plusSeconds(60)));
        if (random.nextBoolean()) {
          events.add(finished(attempt));
        } else {
          unfinished.add(Jobs.attempt(attempt));
        }
      }
      events.addAll(events.subList(0, random.nextInt(events.size())));
      Collections.shuffle(events, random);
      Handover fold = new Handover("here", false);

      // When
      events.forEach(fold::apply);

      // Then
      assertThat(
              fold.running(NOW).stream().map(Handover.Started::attempt).collect(Collectors.toSet()))
          .as("seed %d", seed)
          .isEqualTo(unfinished);
    }
  }
}
