package dev.kompakt.ingress.replay;

import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.ingress.publish.NotAcceptedException;
import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.ingress.publish.Submissions;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.ReplayId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Replay;
import dev.kompakt.schemas.record.Submission.ReplayRequested;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Plans replays, and asks the router for them. What exists and what happens is the router's to
/// say: of those who ask for the same, the first is heeded, and all are told of one replay.
public final class Replays {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long BETWEEN_LOOKS_MS = 20;

  private final DeadLetters letters;
  private final Statuses statuses;
  private final Submissions submissions;
  private final Supplier<Map<Integer, Long>> retained;
  private final Duration deadline;
  private final InstantSource clock;

  /// Makes one.
  ///
  /// @param retained the first offset kept of each partition of payloads
  /// @param deadline from a replay's start until it has failed
  public Replays(
      DeadLetters letters,
      Statuses statuses,
      Submissions submissions,
      Supplier<Map<Integer, Long>> retained,
      Duration deadline,
      InstantSource clock) {
    this.letters = letters;
    this.statuses = statuses;
    this.submissions = submissions;
    this.retained = retained;
    this.deadline = deadline;
    this.clock = clock;
  }

  /// What would become of those named, in their order.
  public List<Planned> plan(Set<String> names) {
    Map<Integer, Long> kept = retained.get();
    return names.stream()
        .map(
            name ->
                letters
                    .find(name)
                    .map(letter -> judged(letter, kept))
                    .orElseGet(() -> new Planned(name, null, null, Fate.UNKNOWN)))
        .toList();
  }

  /// What would become of those selected that still are of a failed compaction, the oldest first.
  public List<Planned> plan(Selection selection) {
    Map<Integer, Long> kept = retained.get();
    return letters.newest().reversed().stream()
        .filter(selection::matches)
        .map(letter -> judged(letter, kept))
        .filter(this::open)
        .toList();
  }

  private boolean open(Planned planned) {
    return switch (planned.fate()) {
      case NOT_FAILED, UNREADABLE -> false;
      case EXISTING -> {
        CompactionStatus status = status(planned);
        yield status != null && !status.ended();
      }
      case READY, CREATED, REQUESTED, LOST, FORGOTTEN, UNKNOWN -> true;
    };
  }

  private @Nullable CompactionStatus status(Planned planned) {
    DeadLetter letter = planned.letter();
    return letter == null || letter.compaction() == null
        ? null
        : statuses.find(letter.compaction());
  }

  private Planned judged(DeadLetter letter, Map<Integer, Long> kept) {
    CompactionId compaction = letter.compaction();
    if (letter.source() != null || compaction == null) {
      return new Planned(DeadLetters.name(letter), letter, null, Fate.UNREADABLE);
    }
    ReplayId replay = ReplayId.of(compaction, letter.at());
    return new Planned(compaction.value(), letter, replay, fate(letter, compaction, replay, kept));
  }

  private Fate fate(
      DeadLetter letter, CompactionId compaction, ReplayId replay, Map<Integer, Long> kept) {
    CompactionStatus status = statuses.find(compaction);
    if (status != null && status.replay() != null && status.replay().id().equals(replay)) {
      return Fate.EXISTING;
    }
    if (status != null && !(status.completion() instanceof Completion.Failed)) {
      return Fate.NOT_FAILED;
    }
    if (letter.expiresAt() != null && !letter.expiresAt().isAfter(clock.instant())) {
      return Fate.FORGOTTEN;
    }
    return lost(letter, kept) ? Fate.LOST : Fate.READY;
  }

  private static boolean lost(DeadLetter letter, Map<Integer, Long> kept) {
    DeadLetter.Pointers pointers = letter.pointers();
    return pointers != null
        && Stream.concat(
                Stream.of(pointers.items(), pointers.envelope()), pointers.results().stream())
            .anyMatch(payload -> lost(payload, kept));
  }

  private static boolean lost(PayloadRef payload, Map<Integer, Long> kept) {
    return !payload.offsets().isEmpty()
        && payload.offsets().getFirst() < kept.getOrDefault(payload.partition(), Long.MAX_VALUE);
  }

  /// Asks for those that are [Fate#READY], one every so often from now on, and waits until the
  /// router shows what came of each, for a few seconds.
  ///
  /// @throws NotWrittenException if a request is not known to be durable; the earlier ones hold
  public List<Planned> request(List<Planned> plan, Overrides overrides, Duration every)
      throws InterruptedException {
    Instant now = clock.instant();
    List<Planned> asked = new ArrayList<>();
    int ready = 0;
    for (Planned planned : plan) {
      if (planned.fate() == Fate.READY) {
        ask(planned, overrides, now, now.plus(every.multipliedBy(ready++)));
        asked.add(planned.become(Fate.REQUESTED));
      } else {
        asked.add(planned);
      }
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end && asked.stream().anyMatch(p -> p.fate() == Fate.REQUESTED)) {
      Thread.sleep(BETWEEN_LOOKS_MS);
      asked.replaceAll(planned -> seen(planned, now));
    }
    return List.copyOf(asked);
  }

  private void ask(Planned planned, Overrides overrides, Instant now, Instant start) {
    DeadLetter letter = Objects.requireNonNull(planned.letter());
    try {
      submissions.publish(
          new ReplayRequested(
              Objects.requireNonNull(letter.compaction()),
              now,
              letter.at(),
              start.plus(deadline),
              new Replay(
                  Objects.requireNonNull(planned.replay()),
                  now,
                  start,
                  overrides.provider(),
                  overrides.account(),
                  overrides.mode())));
    } catch (NotAcceptedException e) {
      throw new NotWrittenException(e);
    }
  }

  /// Looks whether the router has decided.
  private Planned seen(Planned planned, Instant askedAt) {
    CompactionStatus status = status(planned);
    if (planned.fate() != Fate.REQUESTED || status == null) {
      return planned;
    }
    Replay replay = status.replay();
    if (replay != null && replay.id().equals(planned.replay())) {
      return planned.become(replay.at().equals(askedAt) ? Fate.CREATED : Fate.EXISTING);
    }
    return status.completion() instanceof Completion.Failed
        ? planned
        : planned.become(Fate.NOT_FAILED);
  }
}
