package dev.kompakt.schemas.history;

import java.util.ArrayList;
import java.util.List;

/// Where the spans lie in the items payload, and what of them is sent: all but the thoughts.
final class Layout {
  private final List<ByteRange> thoughts;
  private final long[] starts;

  /// Bytes sent of all spans before one, each item with a comma after it.
  private final long[] sent;

  Layout(History history) {
    List<Integer> spans = history.spans();
    thoughts = history.thoughts() == null ? List.of() : history.thoughts();
    starts = new long[spans.size() + 1];
    sent = new long[spans.size() + 1];
    int next = 0;
    for (int span = 0; span < spans.size(); span++) {
      starts[span + 1] = starts[span] + spans.get(span) + 1;
      sent[span + 1] = sent[span] + spans.get(span) + 1;
      for (; next < thoughts.size() && thoughts.get(next).offset() < starts[span + 1]; next++) {
        sent[span + 1] -= thoughts.get(next).length() + 1;
      }
    }
  }

  /// Bytes sent of spans `from` to `to`, the latter exclusive, with the commas between them; 0 if
  /// they are nothing but thoughts.
  long bytes(int from, int to) {
    return Math.max(0, sent[to] - sent[from] - 1);
  }

  /// What to send of these spans, one run after the other: a run but the first begins with the
  /// comma that parts it from the one before.
  List<ByteRange> runs(int from, int to) {
    List<ByteRange> runs = new ArrayList<>();
    long at = starts[from];
    long end = starts[to] - 1;
    for (int i = firstThought(at); i < thoughts.size() && thoughts.get(i).offset() < end; i++) {
      ByteRange thought = thoughts.get(i);
      if (thought.offset() - 1 > at) {
        runs.add(new ByteRange(at, thought.offset() - 1 - at));
      }
      at = runs.isEmpty() ? thought.end() + 1 : thought.end();
    }
    if (at < end) {
      runs.add(new ByteRange(at, end - at));
    }
    return runs;
  }

  private int firstThought(long at) {
    return Search.first(thoughts.size(), i -> thoughts.get(i).offset() >= at);
  }
}
