package dev.kompakt.ingress.intake;

import dev.kompakt.schemas.history.History;
import java.util.Arrays;

/// The items as they stand in the items payload, and which of them belong together.
final class Items {
  private static final int INDEX_BITS = 20;

  /// Items must be fewer for their index to fit a link.
  static final int MAX_ITEMS = 400_000;

  private int[] lengths = new int[256];
  private int count;

  /// Who answers whom: a call's or an answer's id, cut to 43 bits, the item's index, and a last bit
  /// that is set for an answer. Two ids that share these bits only make a span larger.
  private final Longs links = new Longs();

  void add(int length) {
    if (count == lengths.length) {
      lengths = Arrays.copyOf(lengths, count * 2);
    }
    lengths[count] = length;
    count++;
  }

  int count() {
    return count;
  }

  /// Notes that the item to be added next is a call of this id.
  void call(long idHash) {
    link(idHash, 0);
  }

  /// Notes that the item to be added next answers a call of this id.
  void answer(long idHash) {
    link(idHash, 1);
  }

  private void link(long idHash, int answer) {
    long id = idHash >>> (INDEX_BITS + 1) << (INDEX_BITS + 1);
    links.add(id | ((long) count << 1) | answer);
  }

  /// Bytes of each span. An answer belongs to the latest call of its id before it, and all between
  /// belongs to both.
  int[] spans() {
    int[] lastOfSpan = lastAnswers();
    int[] spans = new int[count];
    int size = 0;
    int item = 0;
    while (item < count) {
      int last = item;
      long bytes = -1;
      while (item <= last) {
        last = Math.max(last, lastOfSpan[item]);
        bytes += 1 + lengths[item];
        item++;
      }
      spans[size] = Math.toIntExact(bytes);
      size++;
    }
    return coalesce(Arrays.copyOf(spans, size));
  }

  /// For each item, the last item that answers it, or itself.
  private int[] lastAnswers() {
    int[] last = new int[count];
    Arrays.setAll(last, item -> item);
    long id = 0;
    int call = -1;
    for (long link : links.sorted()) {
      if (call < 0 || link >>> (INDEX_BITS + 1) != id) {
        id = link >>> (INDEX_BITS + 1);
        call = -1;
      }
      int item = (int) (link >>> 1) & ((1 << INDEX_BITS) - 1);
      if ((link & 1) == 0) {
        call = item;
      } else if (call >= 0) {
        last[call] = item;
      }
    }
    return last;
  }

  /// Joins neighbours until there are few enough spans: any two that stay neighbours are then
  /// larger together than the limit for joining.
  private static int[] coalesce(int[] spans) {
    if (spans.length <= History.MAX_SPANS) {
      return spans;
    }
    long total = Arrays.stream(spans).asLongStream().sum() + spans.length - 1;
    long limit = 1 + total / (History.MAX_SPANS / 2 - 1);
    int[] joined = new int[spans.length];
    int size = 0;
    for (int span : spans) {
      if (size > 0 && joined[size - 1] + 1L + span <= limit) {
        joined[size - 1] += 1 + span;
      } else {
        joined[size] = span;
        size++;
      }
    }
    return Arrays.copyOf(joined, size);
  }
}
