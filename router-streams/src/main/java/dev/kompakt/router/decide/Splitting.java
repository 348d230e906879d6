package dev.kompakt.router.decide;

import dev.kompakt.router.decide.CompactionState.Sizing;
import dev.kompakt.router.route.Upstream;
import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome.TooLarge;
import java.util.ArrayList;
import java.util.List;

/// Layer 0: the history in one piece or in chunks, and what is done when a piece is too large.
final class Splitting {
  /// What a summarizing call adds to its content, about: instructions and frame.
  static final long FRAME_BYTES = 4096;

  private Splitting() {}

  /// Lays out layer 0 as the submission was packed.
  static void first(Draft draft) {
    Upstream upstream = draft.upstream;
    if (upstream == null) {
      draft.fail(Failures.noAccount());
      return;
    }
    List<Chunk> chunks = draft.manifest.chunks();
    boolean whole = chunks.equals(draft.packing().whole());
    if (whole || upstream.local()) {
      long bytes = draft.manifest.history().items().bytes();
      Mode mode = upstream.local() ? Mode.LOCAL : upstream.mode();
      draft.sizing = new Sizing(mode, null, LearnedLimit.Bound.UNKNOWN);
      draft.replaceAll(List.of(draft.fresh(new Content.Whole(bytes, null))));
      return;
    }
    List<Node> nodes = new ArrayList<>();
    long largest = 1;
    for (Chunk chunk : chunks) {
      Content excerpt = excerpt(draft, chunk);
      largest = Math.max(largest, excerpt.bytes());
      nodes.add(draft.fresh(excerpt));
    }
    draft.sizing = new Sizing(Mode.SUMMARIZE, largest, LearnedLimit.Bound.UNKNOWN);
    draft.replaceAll(nodes);
  }

  /// Lays out layer 0 anew, to be done without any account; nothing is in flight.
  static void locally(Draft draft) {
    draft.sizing = new Sizing(Mode.LOCAL, null, LearnedLimit.Bound.UNKNOWN);
    long bytes = draft.manifest.history().items().bytes();
    draft.replaceAll(List.of(draft.fresh(new Content.Whole(bytes, null))));
  }

  /// Packs the refused node, and every other that is not with a worker, to a smaller target. What
  /// is done or in flight stays as it is.
  static void refused(Draft draft, int index, TooLarge refusal) {
    Content content = draft.nodes().get(index).assignment().content();
    boolean modeChanges = content instanceof Content.Whole && draft.sizing.mode() != Mode.SUMMARIZE;
    if (draft.sizing.mode() == Mode.LOCAL
        || (!modeChanges && content.bytes() <= draft.settings.floorBytes())) {
      draft.fail(Failures.tooLarge());
      return;
    }
    long target = target(content, refusal, modeChanges, draft.settings.floorBytes() / 2);
    draft.sizing =
        new Sizing(
            Mode.SUMMARIZE,
            target,
            modeChanges
                ? LearnedLimit.Bound.UNKNOWN
                : draft.sizing.seen().rejected(content.bytes()));
    draft.replaceAll(repacked(draft, target));
    Long rejected = draft.sizing.seen().smallestRejected();
    if (rejected != null && largestUnsent(draft) >= rejected) {
      draft.fail(Failures.tooLarge());
    }
  }

  /// Content bytes to aim for after a refusal: half of the size known to be refused, less what a
  /// call adds to its content.
  static long target(Content content, TooLarge refusal, boolean modeChanges, long least) {
    long refused = Math.max(1, refusal.size());
    Long known = refusal.limit();
    long aim = (known == null ? refused : Math.clamp(known, 1, refused)) / 2;
    return switch (refusal.unit()) {
      case TOKENS -> Math.max(least, (long) ((double) content.bytes() * aim / refused));
      case BYTES -> {
        long added = Math.max(0, refused - content.bytes());
        long frame =
            modeChanges
                ? FRAME_BYTES
                : content instanceof Content.Whole ? Math.min(added, FRAME_BYTES) : added;
        yield Math.max(least, aim - frame);
      }
    };
  }

  private static List<Node> repacked(Draft draft, long target) {
    List<Node> nodes = new ArrayList<>();
    List<Node> run = new ArrayList<>();
    for (Node node : draft.nodes()) {
      switch (node) {
        case Node.Waiting _, Node.Backoff _ -> run.add(node);
        case Node.InFlight _, Node.Done _ -> {
          repack(draft, run, target, nodes);
          run.clear();
          nodes.add(node);
        }
      }
    }
    repack(draft, run, target, nodes);
    return nodes;
  }

  private static void repack(Draft draft, List<Node> run, long target, List<Node> into) {
    List<Chunk> chunks = new ArrayList<>();
    for (Node node : run) {
      switch (node.assignment().content()) {
        case Content.Whole _ -> chunks.addAll(draft.packing().whole());
        case Content.Excerpt(Chunk chunk, _) -> chunks.add(chunk);
        case Content.Summaries _, Content.Joined _ ->
            throw new IllegalStateException("layer 0 holds a merge");
      }
    }
    for (Chunk chunk : draft.packing().pack(chunks, target)) {
      into.add(draft.fresh(excerpt(draft, chunk)));
    }
  }

  private static Content.Excerpt excerpt(Draft draft, Chunk chunk) {
    return new Content.Excerpt(chunk, draft.packing().bytes(chunk));
  }

  private static long largestUnsent(Draft draft) {
    return draft.nodes().stream()
        .filter(node -> node instanceof Node.Waiting)
        .mapToLong(node -> node.assignment().content().bytes())
        .max()
        .orElse(0);
  }
}
