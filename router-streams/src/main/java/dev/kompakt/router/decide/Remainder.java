package dev.kompakt.router.decide;

import dev.kompakt.router.decide.CompactionState.Running;
import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.Packing;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.history.Tokens;
import dev.kompakt.schemas.record.DeadLetter.Remaining;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Submission.Submitted;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a compaction that failed would have to buy to be completed. What is not there yet, and so
/// how it merges, is estimated; an attempt that is still out counts as lost.
final class Remainder {
  /// Of a summary, where none is at hand to go by.
  private static final long SUMMARY_BYTES = 4096;

  private final Submitted manifest;
  private int calls;
  private long bytes;

  private Remainder(Submitted manifest) {
    this.manifest = manifest;
  }

  static Remaining of(Running left, Submitted manifest) {
    Remainder remainder = new Remainder(manifest);
    if (left.layer().nodes().isEmpty()) {
      remainder.all();
    } else {
      remainder.rest(left);
    }
    return new Remaining(remainder.calls, remainder.bytes, Tokens.estimate(remainder.bytes));
  }

  private void all() {
    Packing packing = new Packing(manifest.history());
    List<Chunk> chunks = manifest.chunks();
    chunks.forEach(chunk -> call(packing.bytes(chunk)));
    merges(Collections.nCopies(chunks.size(), SUMMARY_BYTES), null);
  }

  private void rest(Running left) {
    List<Long> summaries = new ArrayList<>();
    int missing = 0;
    boolean last = left.layer().joining();
    for (Node node : left.layer().nodes()) {
      Content content = node.assignment().content();
      last |= content.last();
      if (node instanceof Node.Done done) {
        done.results().stream().map(PayloadRef::bytes).forEach(summaries::add);
        continue;
      }
      missing++;
      switch (content) {
        case Content.Whole _ -> {
          if (left.sizing().mode() != Mode.LOCAL) {
            call(content.bytes());
          }
        }
        case Content.Excerpt _, Content.Summaries _ -> call(content.bytes());
        case Content.Joined _ -> {}
      }
    }
    if (!last) {
      long usual =
          (long) summaries.stream().mapToLong(Long::longValue).average().orElse(SUMMARY_BYTES);
      summaries.addAll(Collections.nCopies(missing, usual));
      merges(summaries, left.sizing().target());
    }
  }

  private void merges(List<Long> summaries, @Nullable Long target) {
    List<Long> layer = summaries;
    while (layer.size() > 1) {
      List<Long> merged = new ArrayList<>();
      for (List<Long> group : Merging.groups(layer, Long::longValue, target)) {
        long size = group.stream().mapToLong(Long::longValue).sum();
        if (group.size() > 1) {
          call(size);
        }
        merged.add(size / group.size());
      }
      layer = merged;
    }
  }

  private void call(long content) {
    calls++;
    bytes += Asking.bytes(manifest, content);
  }
}
