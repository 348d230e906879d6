package dev.kompakt.ingress.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A client that says on its socket exactly what it is told to, and reads HTTP/1.1 strictly.
final class Wire implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  /// A response's head.
  record Head(int status, Map<String, String> headers) {
    @Nullable String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }

    boolean chunked() {
      return "chunked".equals(header("transfer-encoding"));
    }
  }

  /// A whole response.
  record Reply(Head head, String body) {
    int status() {
      return head.status();
    }
  }

  private Wire(Socket socket) throws IOException {
    this.socket = socket;
    in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    out = socket.getOutputStream();
  }

  static Wire connect(InetSocketAddress address) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setReceiveBufferSize(64 * 1024);
    socket.connect(address, TIMEOUT_MILLIS);
    return new Wire(socket);
  }

  Wire send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  Wire send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Sends a request with this JSON body.
  ///
  /// @param headers lines to add, as `Name: value`
  Wire post(String path, String json, String... headers) throws IOException {
    return post(path, json.getBytes(StandardCharsets.UTF_8), headers);
  }

  Wire post(String path, byte[] body, String... headers) throws IOException {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(
        (head("POST", path, headers)
                + "Content-Type: application/json\r\nContent-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8));
    request.writeBytes(body);
    return send(request.toByteArray());
  }

  Wire get(String path, String... headers) throws IOException {
    return send(head("GET", path, headers) + "\r\n");
  }

  static String head(String method, String path, String... headers) {
    StringBuilder head =
        new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head.toString();
  }

  Head readHead() throws IOException {
    String[] status = line().split(" ", 3);
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return new Head(Integer.parseInt(status[1]), headers);
  }

  /// One chunk's text; null for the last, empty one.
  @Nullable String readChunk() throws IOException {
    byte[] chunk = chunk();
    return chunk.length == 0 ? null : new String(chunk, StandardCharsets.UTF_8);
  }

  private byte[] chunk() throws IOException {
    int length = Integer.parseInt(line(), 16);
    byte[] chunk = exactly(length);
    if (!line().isEmpty()) {
      throw new IOException("a chunk does not end with a line break");
    }
    return chunk;
  }

  /// The rest of a chunked body, to its clean end.
  String readChunks() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
      bytes.writeBytes(chunk);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  Reply read() throws IOException {
    Head head = readHead();
    if (head.chunked()) {
      return new Reply(head, readChunks());
    }
    String length = head.header("content-length");
    if (length == null) {
      throw new IOException("a response without a length");
    }
    return new Reply(head, new String(exactly(Integer.parseInt(length)), StandardCharsets.UTF_8));
  }

  /// Server-sent events up to their clean end: the text of each frame.
  List<String> readEvents() throws IOException {
    List<String> frames = new ArrayList<>();
    for (String frame : readChunks().split("\n\n", -1)) {
      if (!frame.isEmpty()) {
        frames.add(frame);
      }
    }
    return frames;
  }

  /// Whether the server has ended the connection, whatever it sent before.
  boolean ended() throws IOException {
    byte[] rest = new byte[8192];
    int read;
    do {
      read = in.read(rest);
    } while (read > 0);
    return read < 0;
  }

  /// What still comes before the connection is closed or reset.
  String rest() throws IOException {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        rest.write(b);
      }
    } catch (SocketTimeoutException e) {
      throw new IOException("still open after " + rest.toString(StandardCharsets.UTF_8), e);
    } catch (SocketException e) {
      // reset: what came before counts
    }
    return rest.toString(StandardCharsets.UTF_8);
  }

  int readByte() throws IOException {
    return in.read();
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the body broke off after " + bytes.length + " bytes of " + length);
    }
    return bytes;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection ended");
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
