package dev.kompakt.testing.audit;

import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Submission;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Each accepted compaction ends, once, and what has ended was accepted. One that failed or was
/// cancelled may be taken up and then ends once more.
final class Endings {
  private final Trail trail;
  private final List<String> violations = new ArrayList<>();

  private Endings(Trail trail) {
    this.trail = trail;
  }

  static List<String> violations(Trail trail) {
    Endings endings = new Endings(trail);
    endings.look();
    return endings.violations;
  }

  private void look() {
    Map<CompactionId, List<CompactionStatus>> statuses = new LinkedHashMap<>();
    for (CompactionStatus status : trail.statuses()) {
      statuses.computeIfAbsent(status.compaction(), _ -> new ArrayList<>()).add(status);
    }
    Set<CompactionId> accepted = new LinkedHashSet<>();
    for (Submission submission : trail.submissions()) {
      if (submission instanceof Submission.Submitted) {
        accepted.add(submission.compaction());
      }
    }
    Set<CompactionId> lettered = new HashSet<>();
    trail.deadLetters().forEach(letter -> lettered.add(letter.compaction()));
    for (CompactionId compaction : accepted) {
      List<CompactionStatus> life = statuses.getOrDefault(compaction, List.of());
      if (life.isEmpty()) {
        violations.add(compaction + " was accepted and has no status");
      } else {
        once(compaction, life);
        last(compaction, life.getLast().completion(), lettered.contains(compaction));
      }
    }
    for (CompactionId compaction : statuses.keySet()) {
      if (!accepted.contains(compaction)) {
        violations.add(compaction + " has a status and was never accepted");
      }
    }
  }

  private void once(CompactionId compaction, List<CompactionStatus> life) {
    CompactionStatus before = null;
    for (CompactionStatus status : life) {
      if (before != null) {
        follows(compaction, before, status);
      }
      before = status;
    }
  }

  private void follows(CompactionId compaction, CompactionStatus before, CompactionStatus next) {
    if (next.sequence() < before.sequence()
        || (next.sequence() == before.sequence() && !next.equals(before))) {
      violations.add(
          "%s was decided on twice: status %d follows status %d"
              .formatted(compaction, next.sequence(), before.sequence()));
    }
    Completion ended = before.completion();
    if (ended == null || ended.equals(next.completion())) {
      return;
    }
    if (next.completion() != null) {
      violations.add(
          "%s ended twice: as %s and then as %s"
              .formatted(compaction, word(ended), word(next.completion())));
    } else if (ended instanceof Completion.Completed) {
      violations.add(compaction + " went on after it was completed");
    }
  }

  private void last(CompactionId compaction, @Nullable Completion completion, boolean lettered) {
    switch (completion) {
      case null -> violations.add(compaction + " has not ended");
      case Completion.Failed _ -> {
        if (!lettered) {
          violations.add(compaction + " failed and has no dead letter");
        }
      }
      case Completion.Completed _, Completion.Cancelled _ -> {}
    }
  }

  private static String word(Completion completion) {
    return switch (completion) {
      case Completion.Completed(var result, var _) -> "completed with " + result.id();
      case Completion.Failed(var failure) -> "failed with " + failure;
      case Completion.Cancelled() -> "cancelled";
    };
  }
}
