package dev.kompakt.workers.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.Seeded;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class HandoverTest {
  private static final Instant NOW = Jobs.NOW;

  private final Handover handover = new Handover(_ -> true);

  static AttemptEvent started(int attempt, String worker, Instant deadline) {
    return new AttemptEvent.AttemptStarted(
        Jobs.attempt(attempt), NOW, worker, new AccountId("a"), 100, 25, deadline);
  }

  static AttemptEvent finished(int attempt) {
    return new AttemptEvent.AttemptFinished(
        Jobs.attempt(attempt),
        NOW,
        "w",
        Jobs.PROVIDER,
        new AccountId("a"),
        "m",
        Mode.NATIVE,
        true,
        100,
        new Outcome.Cancelled(),
        null,
        null);
  }

  @Test
  void shouldNotCountTheCallsOfAWorkerThatIsGone() {
    // Given
    Handover after = new Handover(worker -> worker.equals("alive"));

    // When
    after.apply(started(1, "dead", NOW.plusSeconds(60)));
    after.apply(started(2, "alive", NOW.plusSeconds(60)));

    // Then
    assertThat(after.running(NOW))
        .extracting(Handover.Started::attempt)
        .containsExactly(Jobs.attempt(2));
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
        .isEqualTo(
            new Handover.Started(Jobs.attempt(1), new AccountId("a"), NOW.plusSeconds(90), 2));
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
      Handover fold = new Handover(_ -> true);

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
