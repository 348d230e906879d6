package dev.kompakt.bench.path;

import dev.kompakt.bench.report.BenchException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/// An HTTP/1.1 client on one connection that is kept: a raw socket, so that as little as possible
/// of what is measured is the client's own. Not thread-safe.
final class HttpCaller implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration READ = Duration.ofMinutes(2);
  private static final int BLOCK = 64 * 1024;

  private final URI endpoint;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] block = new byte[BLOCK];

  /// What came back.
  record Answer(int status, String body) {
    /// Fails unless it is a compaction.
    Answer expectCompaction() {
      if (status != 200 || !body.contains("\"output\"")) {
        throw new BenchException(
            "expected a compaction, got "
                + status
                + ": "
                + body.substring(0, Math.min(300, body.length())));
      }
      return this;
    }
  }

  HttpCaller(URI endpoint) {
    this.endpoint = endpoint;
    socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) READ.toMillis());
      socket.connect(
          new InetSocketAddress(endpoint.getHost(), endpoint.getPort()), (int) CONNECT.toMillis());
      in = new BufferedInputStream(socket.getInputStream(), BLOCK);
      out = socket.getOutputStream();
    } catch (IOException e) {
      throw new BenchException("cannot connect to " + endpoint, e);
    }
  }

  /// Sends a body and reads the answer to its end.
  Answer post(byte[] body) {
    byte[] head = head(body.length);
    byte[] whole = new byte[head.length + body.length];
    System.arraycopy(head, 0, whole, 0, head.length);
    System.arraycopy(body, 0, whole, head.length, body.length);
    try {
      out.write(whole);
      return answer();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// The same with a body that is not in memory.
  Answer post(InputStream body, long length) {
    try {
      out.write(head(length));
      body.transferTo(out);
      return answer();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private BenchException failed(IOException e) {
    return new BenchException("a call to " + endpoint + " broke (" + e + ")", e);
  }

  private byte[] head(long length) {
    return """
        POST %s HTTP/1.1\r
        Host: %s\r
        Content-Type: application/json\r
        Accept: application/json\r
        Authorization: Bearer bench\r
        Content-Length: %d\r
        \r
        """
        .formatted(endpoint.getPath(), endpoint.getAuthority(), length)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private Answer answer() throws IOException {
    String[] status = line().split(" ", 3);
    long length = -1;
    boolean chunked = false;
    for (String line = line(); !line.isEmpty(); line = line()) {
      String header = line.toLowerCase(Locale.ROOT);
      if (header.startsWith("content-length:")) {
        length = Long.parseLong(header.substring(header.indexOf(':') + 1).strip());
      } else if (header.startsWith("transfer-encoding:")) {
        chunked = header.contains("chunked");
      }
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if (chunked) {
      for (int size = chunk(); size > 0; size = chunk()) {
        copy(size, body);
        line();
      }
      line();
    } else if (length >= 0) {
      copy(length, body);
    } else {
      throw new IOException("the answer has no length");
    }
    return new Answer(Integer.parseInt(status[1]), body.toString(StandardCharsets.UTF_8));
  }

  private int chunk() throws IOException {
    return Integer.parseInt(line(), 16);
  }

  private void copy(long bytes, ByteArrayOutputStream to) throws IOException {
    for (long left = bytes; left > 0; ) {
      int read = in.read(block, 0, (int) Math.min(BLOCK, left));
      if (read < 0) {
        throw new EOFException("the answer ends early");
      }
      to.write(block, 0, read);
      left -= read;
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the connection was closed");
      }
      line.append((char) c);
    }
    return line.toString().stripTrailing();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // closed it is
    }
  }
}
