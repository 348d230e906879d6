package dev.kompakt.router.decide;

import dev.kompakt.router.decide.CompactionState.Failed;
import dev.kompakt.router.decide.CompactionState.Running;
import dev.kompakt.router.decide.CompactionState.Subject;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Replay;
import dev.kompakt.schemas.record.Submission.Submitted;
import java.util.ArrayList;
import java.util.List;

/// The dead letter of a compaction that failed.
final class Letters {
  private Letters() {}

  static DeadLetter of(Failed failed, Submitted manifest) {
    Running left = failed.left();
    Subject subject = left.subject();
    History history = manifest.history();
    Replay replay = left.replay();
    return new DeadLetter(
        failed.cause(),
        failed.endedAt(),
        subject.compaction(),
        subject.tenant(),
        subject.model(),
        left.tally().attempts(),
        left.tally().calls(),
        subject.before().bytes(),
        failed.failure(),
        null,
        subject.provider(),
        failed.expiresAt(),
        Remainder.of(left, manifest),
        new DeadLetter.Pointers(history.items(), history.envelope(), results(left)),
        replay == null ? null : replay.id());
  }

  private static List<PayloadRef> results(Running left) {
    List<PayloadRef> results = new ArrayList<>();
    for (Node node : left.layer().nodes()) {
      if (node instanceof Node.Done done) {
        results.addAll(done.results());
        continue;
      }
      switch (node.assignment().content()) {
        case Content.Summaries(List<PayloadRef> refs, _) -> results.addAll(refs);
        case Content.Joined(List<PayloadRef> refs) -> results.addAll(refs);
        case Content.Whole _, Content.Excerpt _ -> {}
      }
    }
    return results;
  }
}
