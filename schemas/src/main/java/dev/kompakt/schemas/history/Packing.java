package dev.kompakt.schemas.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Cuts a history into chunks at span boundaries: pure, in order, linear in spans and cuts. What it
/// writes is without the history's thoughts, so that anyone can read it.
///
/// A span larger than the target is taken apart into a [Fragment.Skeleton] and the [Fragment.Text]s
/// of its long strings; images in it are left out. What cannot be cut further becomes a chunk above
/// the target, so that it is the upstream that refuses it.
public final class Packing {
  private static final String TEXT_OPEN =
      "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":"
          + "\"[Text of the item above, continued]\\n";
  private static final String TEXT_CLOSE = "\"}]}";
  private static final String TEXT_MOVED = "[The text follows below]";

  /// A valid one-pixel image in the place of one left out: providers refuse an empty image URL.
  public static final String IMAGE_LEFT_OUT =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

  private static final long TEXT_FRAME =
      new Piece.Literal(TEXT_OPEN).bytes() + new Piece.Literal(TEXT_CLOSE).bytes();

  private final History history;
  private final Layout layout;

  public Packing(History history) {
    this.history = history;
    layout = new Layout(history);
  }

  /// The whole history as one chunk; empty if it has no items.
  public List<Chunk> whole() {
    return history.spans().isEmpty()
        ? List.of()
        : List.of(new Chunk(List.of(new Fragment.Spans(0, history.spans().size()))));
  }

  /// Packs these chunks' content anew, each new chunk's bytes at most `target` where it can be cut
  /// so far.
  ///
  /// @param target bytes of `input` content per chunk, above 0
  public List<Chunk> pack(List<Chunk> chunks, long target) {
    if (target <= 0) {
      throw new IllegalArgumentException("target " + target + " is not above 0");
    }
    Packer packer = new Packer(target);
    for (Fragment fragment : joined(chunks)) {
      switch (fragment) {
        case Fragment.Spans(int from, int to) -> {
          for (int span = from; span < to; span++) {
            if (layout.bytes(span, span + 1) <= target || !hasLongText(span)) {
              packer.add(new Fragment.Spans(span, span + 1));
            } else {
              takeApart(span, packer);
            }
          }
        }
        case Fragment.Skeleton skeleton -> packer.add(skeleton);
        case Fragment.Text(int text, long from, long to) -> packer.addText(text, from, to);
      }
    }
    return packer.finish();
  }

  /// Bytes of the chunk's content on the wire, separators between fragments included.
  public long bytes(Chunk chunk) {
    long bytes = 0;
    for (Fragment fragment : chunk.fragments()) {
      bytes = together(bytes, bytes(fragment));
    }
    return bytes;
  }

  /// What to write for the chunk, in order.
  public List<Piece> pieces(Chunk chunk) {
    List<Piece> pieces = new ArrayList<>();
    for (Fragment fragment : chunk.fragments()) {
      if (!pieces.isEmpty() && bytes(fragment) > 0) {
        pieces.add(new Piece.Literal(","));
      }
      switch (fragment) {
        case Fragment.Spans(int from, int to) ->
            layout.runs(from, to).forEach(run -> pieces.add(copy(run.offset(), run.end())));
        case Fragment.Skeleton(int span) -> skeleton(span, pieces);
        case Fragment.Text(_, long from, long to) -> {
          pieces.add(new Piece.Literal(TEXT_OPEN));
          pieces.add(copy(from, to));
          pieces.add(new Piece.Literal(TEXT_CLOSE));
        }
      }
    }
    return List.copyOf(pieces);
  }

  /// All fragments, neighbouring runs of one text made one again: they are to be cut elsewhere.
  private static List<Fragment> joined(List<Chunk> chunks) {
    List<Fragment> joined = new ArrayList<>();
    for (Chunk chunk : chunks) {
      for (Fragment fragment : chunk.fragments()) {
        if (!joined.isEmpty()
            && joined.getLast() instanceof Fragment.Text(int text, long from, long to)
            && fragment instanceof Fragment.Text(int next, long start, long end)
            && next == text
            && start == to) {
          joined.set(joined.size() - 1, new Fragment.Text(text, from, end));
        } else {
          joined.add(fragment);
        }
      }
    }
    return joined;
  }

  private boolean hasLongText(int span) {
    int i = firstLongText(span);
    return i < history.longTexts().size() && history.longTexts().get(i).span() == span;
  }

  private int firstLongText(int span) {
    List<LongText> texts = history.longTexts();
    return Search.first(texts.size(), i -> texts.get(i).span() >= span);
  }

  private void takeApart(int span, Packer packer) {
    packer.add(new Fragment.Skeleton(span));
    for (int i = firstLongText(span);
        i < history.longTexts().size() && history.longTexts().get(i).span() == span;
        i++) {
      LongText text = history.longTexts().get(i);
      if (!text.image()) {
        packer.addText(i, text.start(), text.end());
      }
    }
  }

  private long bytes(Fragment fragment) {
    return switch (fragment) {
      case Fragment.Spans(int from, int to) -> layout.bytes(from, to);
      case Fragment.Skeleton(int span) -> {
        List<Piece> pieces = new ArrayList<>();
        skeleton(span, pieces);
        yield pieces.stream().mapToLong(Piece::bytes).sum();
      }
      case Fragment.Text(_, long from, long to) -> TEXT_FRAME + to - from;
    };
  }

  private void skeleton(int span, List<Piece> pieces) {
    int next = firstLongText(span);
    for (ByteRange run : layout.runs(span, span + 1)) {
      long at = run.offset();
      for (;
          next < history.longTexts().size() && history.longTexts().get(next).end() <= run.end();
          next++) {
        LongText text = history.longTexts().get(next);
        pieces.add(copy(at, text.start()));
        pieces.add(new Piece.Literal(text.image() ? IMAGE_LEFT_OUT : TEXT_MOVED));
        at = text.end();
      }
      pieces.add(copy(at, run.end()));
    }
  }

  private static Piece copy(long from, long to) {
    return new Piece.Copy(from, to - from);
  }

  /// Bytes of both with a comma between them, if neither is nothing.
  private static long together(long one, long other) {
    return one + other + (one > 0 && other > 0 ? 1 : 0);
  }

  /// The chunk being filled and those that are full.
  private final class Packer {
    private final long target;
    private final List<Chunk> full = new ArrayList<>();
    private List<Fragment> open = new ArrayList<>();
    private long openBytes;

    Packer(long target) {
      this.target = target;
    }

    /// Adds what is not cut further, to a new chunk where it does not fit.
    void add(Fragment atom) {
      long bytes = bytes(atom);
      if (openBytes > 0 && bytes > 0 && together(openBytes, bytes) > target) {
        close();
      }
      openBytes = together(openBytes, bytes);
      if (!open.isEmpty()
          && open.getLast() instanceof Fragment.Spans(int from, int to)
          && atom instanceof Fragment.Spans(int next, int end)
          && next == to) {
        open.set(open.size() - 1, new Fragment.Spans(from, end));
      } else {
        open.add(atom);
      }
    }

    /// Adds a run of a text, filling the open chunk and as many more as it takes.
    void addText(int text, long from, long to) {
      List<Long> cuts = history.longTexts().get(text).cuts();
      int found = Collections.binarySearch(cuts, from);
      int next = found < 0 ? -found - 1 : found + 1;
      long start = from;
      while (start < to) {
        long room = target - TEXT_FRAME - (openBytes == 0 ? 0 : openBytes + 1);
        long end = to - start <= room ? to : start;
        for (; end < to && next < cuts.size(); next++) {
          long cut = cuts.get(next);
          if (cut >= to || cut - start > room) {
            break;
          }
          end = cut;
        }
        if (end == start && openBytes > 0) {
          close();
          continue;
        }
        if (end == start) {
          end = next < cuts.size() ? Math.min(to, cuts.get(next++)) : to;
        }
        add(new Fragment.Text(text, start, end));
        start = end;
      }
    }

    List<Chunk> finish() {
      if (!open.isEmpty()) {
        close();
      }
      return List.copyOf(full);
    }

    private void close() {
      full.add(new Chunk(open));
      open = new ArrayList<>();
      openBytes = 0;
    }
  }
}
