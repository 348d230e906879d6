package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.stream.BlockStream;
import dev.kompakt.schemas.history.ByteRange;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// The items of a turn as an account gets them: all of them, or those that are no thoughts.
final class Items {
  private final Spool spool;

  /// Runs of items with the commas between them, ascending.
  private final List<ByteRange> kept;

  private Items(Spool spool, List<ByteRange> kept) {
    this.spool = spool;
    this.kept = kept;
  }

  static Items of(Turn turn, boolean thoughtless) {
    List<ByteRange> kept = new ArrayList<>();
    long at = 0;
    for (ByteRange thought : thoughtless ? turn.thoughts() : List.<ByteRange>of()) {
      if (thought.offset() > at) {
        kept.add(new ByteRange(at, thought.offset() - 1 - at));
      }
      at = thought.end() + 1;
    }
    if (turn.items().length() > at) {
      kept.add(new ByteRange(at, turn.items().length() - at));
    }
    return new Items(turn.items(), kept);
  }

  /// Their bytes, with the commas between them.
  long length() {
    return kept.stream().mapToLong(run -> run.length() + 1).sum() - (kept.isEmpty() ? 0 : 1);
  }

  /// Reads them from the beginning, joined by commas.
  InputStream open() throws IOException {
    return new Runs(spool.open(), kept.iterator());
  }

  private static final class Runs extends BlockStream {
    private final InputStream in;
    private final Iterator<ByteRange> runs;
    private long at;
    private long left;

    Runs(InputStream in, Iterator<ByteRange> runs) {
      this.in = in;
      this.runs = runs;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
      if (count == 0) {
        return 0;
      }
      if (left == 0) {
        if (!runs.hasNext()) {
          return -1;
        }
        boolean first = at == 0;
        ByteRange run = runs.next();
        in.skipNBytes(run.offset() - at);
        at = run.end();
        left = run.length();
        if (!first) {
          into[offset] = ',';
          return 1;
        }
      }
      int read = in.read(into, offset, (int) Math.min(count, left));
      left -= Math.max(0, read);
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
