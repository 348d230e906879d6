package dev.kompakt.router.decide;

import dev.kompakt.router.decide.CompactionState.Sizing;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.record.Outcome.TooLarge;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// The layers above 0: summaries merged to fewer, until one is left. Whatever goes wrong here, the
/// summaries at hand are joined rather than lost.
final class Merging {
  private Merging() {}

  /// Goes on from a layer that is done: ends the compaction, or lays out the next layer.
  static void next(Draft draft) {
    List<Node> nodes = draft.nodes();
    List<PayloadRef> summaries = new ArrayList<>();
    for (Node node : nodes) {
      if (node instanceof Node.Done(Assignment assignment, List<PayloadRef> results)) {
        boolean givenUp =
            draft.layer().joining() && assignment.content() instanceof Content.Summaries;
        if (assignment.content().last() && !givenUp) {
          draft.complete(results.getFirst());
          return;
        }
        summaries.addAll(results);
      }
    }
    List<List<PayloadRef>> groups = groups(summaries, PayloadRef::bytes, draft.sizing.target());
    if (draft.layer().joining() || summaries.size() == 1 || !worthwhile(draft, groups)) {
      draft.nextLayer(List.of(draft.fresh(new Content.Joined(summaries))));
      return;
    }
    boolean last = groups.size() == 1;
    List<Node> next = new ArrayList<>();
    for (List<PayloadRef> group : groups) {
      next.add(node(draft, group, last));
    }
    draft.nextLayer(next);
  }

  /// Merges the refused summaries in two halves; where that cannot help, gives up merging.
  static void refused(Draft draft, int index, TooLarge refusal) {
    Content.Summaries content = (Content.Summaries) draft.nodes().get(index).assignment().content();
    draft.sizing =
        new Sizing(
            draft.sizing.mode(),
            Splitting.target(content, refusal, false, draft.settings.floorBytes() / 2),
            draft.sizing.seen().rejected(content.bytes()));
    List<PayloadRef> refs = content.refs();
    if (refs.size() < 3) {
      giveUp(draft);
      return;
    }
    int middle = (refs.size() + 1) / 2;
    List<Node> nodes = new ArrayList<>(draft.nodes());
    nodes.set(index, node(draft, refs.subList(0, middle), false));
    nodes.add(index + 1, node(draft, refs.subList(middle, refs.size()), false));
    draft.replaceAll(nodes);
  }

  /// Ends every merge that is not with a worker with the summaries it has; what is in flight may
  /// still succeed, then all is joined.
  static void giveUp(Draft draft) {
    draft.joinWhatIsLeft();
    for (int i = 0; i < draft.nodes().size(); i++) {
      Node node = draft.nodes().get(i);
      if (node.assignment().content() instanceof Content.Summaries(List<PayloadRef> refs, _)) {
        switch (node) {
          case Node.Waiting waiting -> draft.replace(i, waiting.toDone(refs));
          case Node.Backoff backoff -> draft.replace(i, backoff.toWaiting().toDone(refs));
          case Node.InFlight _, Node.Done _ -> {}
        }
      }
    }
  }

  /// Whether the calls for these merges, and the one that ends it, may be made and can succeed.
  private static boolean worthwhile(Draft draft, List<List<PayloadRef>> groups) {
    int merges = (int) groups.stream().filter(group -> group.size() > 1).count();
    int needed = groups.size() == 1 ? merges : merges + 1;
    Long rejected = draft.sizing.seen().smallestRejected();
    return needed <= draft.callsLeft()
        && (rejected == null
            || groups.stream().allMatch(group -> group.size() == 1 || bytes(group) < rejected));
  }

  /// Neighbours together as far as they fit, at least two, so that each layer is at most half as
  /// wide as the one before.
  static <T> List<List<T>> groups(
      List<T> summaries, ToLongFunction<T> bytes, @Nullable Long target) {
    List<List<T>> groups = new ArrayList<>();
    List<T> open = new ArrayList<>();
    long size = 0;
    for (T summary : summaries) {
      long more = bytes.applyAsLong(summary);
      if (target != null && open.size() >= 2 && size + more > target) {
        groups.add(List.copyOf(open));
        open.clear();
        size = 0;
      }
      open.add(summary);
      size += more;
    }
    groups.add(List.copyOf(open));
    return groups;
  }

  private static Node node(Draft draft, List<PayloadRef> refs, boolean last) {
    Node.Waiting waiting = draft.fresh(new Content.Summaries(refs, last));
    return refs.size() == 1 ? waiting.toDone(refs) : waiting;
  }

  private static long bytes(List<PayloadRef> refs) {
    return refs.stream().mapToLong(PayloadRef::bytes).sum();
  }
}
