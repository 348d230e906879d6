package dev.kompakt.router.decide;

import dev.kompakt.router.decide.CompactionState.Sizing;
import dev.kompakt.router.route.Upstream;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Replay;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Taking up a failed compaction the way an operator asked for: what is done stays, what is missing
/// is bought in the operator's mode, and not before the operator's time.
final class Replaying {
  private Replaying() {}

  static void layOut(Draft draft, Replay replay) {
    if (replay.mode() == Mode.LOCAL) {
      withoutCalls(draft);
    } else {
      Resuming.layOut(draft);
      wholeIn(draft, replay.mode() == null ? modeElsewhere(draft, replay) : replay.mode());
    }
    hold(draft, replay.start());
  }

  /// Summaries that lack only their merging are joined. Where parts of the history lack, all of it
  /// is compacted anew, for a part is summarized by a call or not at all.
  private static void withoutCalls(Draft draft) {
    if (draft.layer().number() == 0) {
      Splitting.locally(draft);
    } else {
      Resuming.layOut(draft);
      draft.joinWhatIsLeft();
    }
  }

  /// How another provider compacts; null if the replay goes to none.
  private static @Nullable Mode modeElsewhere(Draft draft, Replay replay) {
    Upstream upstream = draft.upstream;
    return replay.provider() == null || upstream == null ? null : upstream.mode();
  }

  private static void wholeIn(Draft draft, @Nullable Mode mode) {
    boolean whole =
        draft.nodes().stream().allMatch(n -> n.assignment().content() instanceof Content.Whole);
    if (mode != null && whole) {
      draft.sizing = new Sizing(mode, draft.sizing.target(), draft.sizing.seen());
    }
  }

  private static void hold(Draft draft, Instant start) {
    if (!start.isAfter(draft.now)) {
      return;
    }
    draft.replaceAll(
        draft.nodes().stream()
            .map(node -> node instanceof Node.Waiting waiting ? waiting.toBackoff(start) : node)
            .toList());
  }
}
