package dev.kompakt.testing;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Request line and headers of an HTTP/1.1 request.
///
/// @param headers by name in lower case
record RequestHead(String method, String target, Map<String, List<String>> headers) {
  private static final int MAX_BYTES = 256 * 1024;

  /// Reads one; null where the client closed the connection instead.
  static @Nullable RequestHead read(InputStream in) throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    int[] left = {MAX_BYTES};
    String[] request = ((char) first + line(in, left)).split(" ", 3);
    if (request.length != 3) {
      throw new IOException("not an HTTP request line");
    }
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (String line = line(in, left); !line.isEmpty(); line = line(in, left)) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IOException("not an HTTP header line");
      }
      headers
          .computeIfAbsent(
              line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
          .add(line.substring(colon + 1).strip());
    }
    return new RequestHead(request[0], request[1], headers);
  }

  private static String line(InputStream in, int[] left) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("request head ends early");
      }
      if (left[0]-- == 0) {
        throw new IOException("request head is too long");
      }
      line.append((char) c);
    }
    int end = line.length();
    return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
  }

  Optional<String> header(String name) {
    List<String> values = headers.get(name);
    return values == null ? Optional.empty() : Optional.of(values.getFirst());
  }

  /// The target without its query.
  String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  boolean chunked() {
    return header("transfer-encoding").filter("chunked"::equalsIgnoreCase).isPresent();
  }

  /// Bytes of the body; -1 where it is chunked.
  long length() throws IOException {
    if (chunked()) {
      return -1;
    }
    String length = header("content-length").orElse("0");
    try {
      return Long.parseLong(length);
    } catch (NumberFormatException e) {
      throw new IOException("content-length is not a number", e);
    }
  }

  boolean keepAlive() {
    return header("connection").filter("close"::equalsIgnoreCase).isEmpty();
  }

  /// The request's body; ends with the body, not with the connection.
  InputStream body(InputStream in) throws IOException {
    long length = length();
    return length < 0 ? new Chunked(in) : new Counted(in, length);
  }

  private static final class Counted extends InputStream {
    private final InputStream in;
    private long left;

    Counted(InputStream in, long length) {
      this.in = in;
      left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int read = in.read(bytes, offset, (int) Math.min(length, left));
      if (read < 0) {
        throw new EOFException("request body ends early");
      }
      left -= read;
      return read;
    }
  }

  private static final class Chunked extends InputStream {
    private final InputStream in;
    private long left;
    private boolean ended;
    private boolean first = true;

    Chunked(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left == 0 && !ended) {
        nextChunk();
      }
      if (ended) {
        return -1;
      }
      int read = in.read(bytes, offset, (int) Math.min(length, left));
      if (read < 0) {
        throw new EOFException("request body ends early");
      }
      left -= read;
      return read;
    }

    private void nextChunk() throws IOException {
      int[] room = {MAX_BYTES};
      if (!first) {
        line(in, room);
      }
      first = false;
      String size = line(in, room);
      int extension = size.indexOf(';');
      try {
        left = Long.parseLong((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
      } catch (NumberFormatException e) {
        throw new IOException("chunk size is not a number", e);
      }
      if (left == 0) {
        ended = true;
        while (!line(in, room).isEmpty()) {
          // Trailers say nothing here.
        }
      }
    }
  }
}
