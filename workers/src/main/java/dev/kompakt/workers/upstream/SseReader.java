package dev.kompakt.workers.upstream;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// The data of server-sent events, as the HTML standard reads a stream: lines end in LF, CR or
/// CRLF, an event ends in an empty line, one cut off by the stream's end is no event.
final class SseReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 * 1024;
  private static final byte[] DATA = {'d', 'a', 't', 'a'};
  private static final byte[] LINE_FEED = {'\n'};
  private static final int END = -1;

  private final InputStream in;
  private final ByteSpool data;
  private final long limit;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int filled;
  private long read;
  private boolean start = true;
  private boolean lineFeedMayFollow;

  /// Reads a stream.
  ///
  /// @param data where an event is collected; closed with this
  /// @param limit the most bytes that are read in all
  SseReader(InputStream in, ByteSpool data, long limit) {
    this.in = in;
    this.data = data;
    this.limit = limit;
  }

  /// The next event's data, several `data` lines joined by line feeds; null at the stream's end.
  /// Events without data are passed over.
  ///
  /// @throws ResponseTooLongException if there is more than may be read
  byte @Nullable [] next() throws IOException {
    data.clear();
    boolean any = false;
    if (start) {
      start = false;
      skipByteOrderMark();
    }
    while (true) {
      int c = peek();
      if (c == END) {
        return null;
      }
      if (c == '\n' || c == '\r') {
        endLine();
        if (any) {
          return data.copy();
        }
        continue;
      }
      if (isData()) {
        if (any) {
          data.append(LINE_FEED, 0, 1);
        }
        any = true;
        line(true);
      } else {
        line(false);
      }
      if (peek() == END) {
        return null;
      }
      endLine();
    }
  }

  /// Reads a field's name; what follows it is the value if the name is `data`.
  private boolean isData() throws IOException {
    int matched = 0;
    for (int c = peek(); matched < DATA.length && c == DATA[matched]; c = peek()) {
      at++;
      matched++;
    }
    int c = peek();
    if (matched < DATA.length || (c != ':' && c != '\n' && c != '\r' && c != END)) {
      return false;
    }
    if (c == ':') {
      at++;
      if (peek() == ' ') {
        at++;
      }
    }
    return true;
  }

  /// The rest of a line, without its end.
  private void line(boolean keep) throws IOException {
    while (peek() != END) {
      int from = at;
      while (at < filled && buffer[at] != '\n' && buffer[at] != '\r') {
        at++;
      }
      if (keep) {
        data.append(buffer, from, at - from);
      }
      if (at < filled) {
        return;
      }
    }
  }

  private void endLine() throws IOException {
    boolean carriageReturn = buffer[at] == '\r';
    at++;
    if (carriageReturn && peekWithoutWaiting() == '\n') {
      at++;
    }
  }

  /// After a CR a line feed may still come; an event must not wait for it.
  private int peekWithoutWaiting() throws IOException {
    if (at < filled) {
      return buffer[at];
    }
    lineFeedMayFollow = true;
    return END;
  }

  private int peek() throws IOException {
    while (at == filled) {
      at = 0;
      filled = Math.max(0, in.read(buffer, 0, buffer.length));
      read += filled;
      if (read > limit) {
        throw new ResponseTooLongException(limit);
      }
      if (filled == 0) {
        return END;
      }
      if (lineFeedMayFollow) {
        lineFeedMayFollow = false;
        at += buffer[0] == '\n' ? 1 : 0;
      }
    }
    return buffer[at] & 0xff;
  }

  private void skipByteOrderMark() throws IOException {
    if (peek() == 0xEF) {
      at++;
      if (peek() == 0xBB) {
        at++;
        if (peek() == 0xBF) {
          at++;
        }
      }
    }
  }

  @Override
  public void close() {
    data.close();
  }
}
