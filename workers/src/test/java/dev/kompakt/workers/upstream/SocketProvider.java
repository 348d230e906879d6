package dev.kompakt.workers.upstream;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.CRC32;

/// A provider made of a bare socket: does to each request what the test says.
public final class SocketProvider implements AutoCloseable {
  /// Answers one request.
  @FunctionalInterface
  public interface Answer {
    void give(Request request) throws Exception;
  }

  /// A request whose head was read.
  public static final class Request {
    private final String head;
    private final InputStream in;
    private final OutputStream out;
    private final Socket socket;
    private long bodyBytes;
    private final CRC32 crc = new CRC32();

    Request(String head, InputStream in, Socket socket) throws IOException {
      this.head = head;
      this.in = in;
      this.socket = socket;
      out = socket.getOutputStream();
    }

    public String head() {
      return head;
    }

    public long contentLength() {
      for (String line : head.lines().toList()) {
        if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
          return Long.parseLong(line.substring(15).strip());
        }
      }
      return -1;
    }

    public String readBody() throws IOException {
      return new String(in.readNBytes(Math.toIntExact(contentLength())), StandardCharsets.UTF_8);
    }

    /// Reads the body without keeping it.
    public long drainBody() throws IOException {
      byte[] block = new byte[64 * 1024];
      long left = contentLength();
      while (left > 0) {
        int n = in.read(block, 0, (int) Math.min(left, block.length));
        if (n < 0) {
          break;
        }
        crc.update(block, 0, n);
        bodyBytes += n;
        left -= n;
      }
      return bodyBytes;
    }

    public long crc() {
      return crc.getValue();
    }

    public void send(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    /// A whole response.
    public void respond(int status, String headers, String body) throws IOException {
      int length = body.getBytes(StandardCharsets.UTF_8).length;
      send("HTTP/1.1 " + status + " X\r\n" + headers + "Content-Length: " + length + "\r\n\r\n");
      send(body);
    }

    /// Waits until the client has left.
    public void awaitLeft() {
      try {
        while (in.read() >= 0) {
          // more of the request
        }
      } catch (IOException e) {
        // reset: gone all the same
      }
    }

    public void socketClose() throws IOException {
      socket.close();
    }
  }

  private final ServerSocket server;
  private final Answer answer;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  public SocketProvider(Answer answer) throws IOException {
    this.answer = answer;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  public URI base() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1");
  }

  /// Connections that were made.
  public int connections() {
    return sockets.size();
  }

  /// What [Answer]s noted, and `done` for each that ended.
  public BlockingQueue<String> events() {
    return events;
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = server.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (String head = head(in); !head.isEmpty(); head = head(in)) {
        answer.give(new Request(head, in, socket));
        events.add("done");
      }
    } catch (Exception e) {
      events.add("failed: " + e);
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.append((char) b);
      if (head.length() >= 4 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
        return head.toString();
      }
    }
    return "";
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
