package dev.kompakt.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One client connection of [FakeUpstream], on its own virtual thread: reads requests, sends what
/// the server decides.
final class Connection implements Runnable {
  private static final int BLOCK = 64 * 1024;
  private static final byte[] TRIGGER = "compaction_trigger".getBytes(StandardCharsets.US_ASCII);

  /// Where an unread body's trigger is looked for.
  private static final int TAIL = 4096;

  private static final Duration LINGER = Duration.ofSeconds(5);

  /// How late it may be seen that an answer is no longer held.
  private static final Duration GLANCE = Duration.ofMillis(5);

  private final FakeUpstream server;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] block = new byte[BLOCK];

  /// The client closed its end, or the server its own.
  private static final class Gone extends IOException {
    private static final long serialVersionUID = 1L;
  }

  Connection(FakeUpstream server, Socket socket) throws IOException {
    this.server = server;
    this.socket = socket;
    in = new BufferedInputStream(socket.getInputStream(), BLOCK);
    out = socket.getOutputStream();
  }

  @Override
  public void run() {
    try (socket) {
      socket.setTcpNoDelay(true);
      boolean open = true;
      while (open) {
        RequestHead head = RequestHead.read(in);
        open = head != null && serve(head);
      }
    } catch (IOException e) {
      // The client left or the server was closed; the call has noted it.
    } finally {
      server.closed(this);
    }
  }

  void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // Closed it is.
    }
  }

  private boolean serve(RequestHead head) throws IOException {
    Call call = server.ledger().begin(head);
    try {
      if (server.refusesUnread(head)) {
        refuseUnread(call);
        return false;
      }
      if (head.header("expect").isPresent()) {
        out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      byte[] body = server.inspects() ? read(call) : drain(call);
      Reply reply = server.replyTo(call);
      while (reply.held().getCount() > 0) {
        pause(GLANCE);
      }
      pause(reply.delay());
      return send(call, reply, Answers.to(call, body, reply.answer(), server.summary(call)));
    } finally {
      server.ledger().end(call, call.status(), false);
    }
  }

  private byte[] read(Call call) throws IOException {
    InputStream body = call.head().body(in);
    long length = call.head().length();
    byte[] bytes;
    if (length >= 0) {
      bytes = new byte[Math.toIntExact(length)];
      for (int at = 0; at < bytes.length; call.got(at)) {
        at += body.read(bytes, at, Math.min(BLOCK, bytes.length - at));
      }
    } else {
      ByteArrayOutputStream all = new ByteArrayOutputStream(BLOCK);
      for (int n = body.read(block); n >= 0; n = body.read(block)) {
        all.write(block, 0, n);
        call.got(all.size());
      }
      bytes = all.toByteArray();
    }
    server.ledger().received(call, Inspection.of(call.head(), bytes), bytes);
    return bytes;
  }

  private byte @Nullable [] drain(Call call) throws IOException {
    InputStream body = call.head().body(in);
    byte[] tail = new byte[0];
    long bytes = 0;
    for (int n = body.read(block); n >= 0; n = body.read(block)) {
      bytes += n;
      tail = tail(tail, n);
    }
    call.got(bytes);
    boolean stream =
        call.header("accept").orElse("").toLowerCase(Locale.ROOT).contains("event-stream");
    server.ledger().received(call, Inspection.unread(endpoint(call.head(), tail), stream), null);
    return null;
  }

  private byte[] tail(byte[] before, int read) {
    int keep = Math.min(before.length, Math.max(0, TAIL - read));
    int fresh = Math.min(TAIL, read);
    byte[] tail = new byte[keep + fresh];
    System.arraycopy(before, before.length - keep, tail, 0, keep);
    System.arraycopy(block, read - fresh, tail, keep, fresh);
    return tail;
  }

  private static Call.Endpoint endpoint(RequestHead head, byte[] tail) {
    boolean trigger =
        new String(tail, StandardCharsets.ISO_8859_1)
            .contains(new String(TRIGGER, StandardCharsets.US_ASCII));
    return Inspection.endpoint(head, trigger);
  }

  private void refuseUnread(Call call) throws IOException {
    Reply reply = Reply.tooLarge();
    call.answeredBy(reply);
    Answers.Ready ready = Answers.to(call, null, reply.answer(), "");
    server.ledger().end(call, ready.status(), true);
    out.write(head(ready, false));
    out.write(ready.content().open().readAllBytes());
    socket.shutdownOutput();
    socket.setSoTimeout(Math.toIntExact(LINGER.toMillis()));
    try {
      while (in.read(block) >= 0) {
        // What the client still sends is thrown away, so that it reads the refusal.
      }
    } catch (SocketTimeoutException e) {
      // It had its time.
    }
  }

  private boolean send(Call call, Reply reply, Answers.Ready ready) throws IOException {
    boolean keepAlive = call.head().keepAlive();
    long length = ready.content().length();
    return switch (reply.delivery()) {
      case Reply.Delivery.Whole() -> {
        out.write(head(ready, keepAlive));
        body(call, ready, length, BLOCK, Duration.ZERO);
        yield keepAlive;
      }
      case Reply.Delivery.Drip(int bytes, Duration every) -> {
        out.write(head(ready, keepAlive));
        body(call, ready, length, Math.min(BLOCK, bytes), every);
        yield keepAlive;
      }
      case Reply.Delivery.NoHeaders(Reply.End how) -> {
        end(call, 0, how);
        yield false;
      }
      case Reply.Delivery.Stop stop -> {
        long through = Reply.through(stop, length);
        if (stop.how() == Reply.End.CLEAN) {
          Answers.Ready cut =
              new Answers.Ready(
                  ready.status(), ready.headers(), ready.content().first(through), ready.chunked());
          out.write(head(cut, keepAlive));
          body(call, cut, through, BLOCK, Duration.ZERO);
          yield keepAlive;
        }
        out.write(head(ready, keepAlive));
        part(ready, through);
        end(call, ready.status(), stop.how());
        yield false;
      }
    };
  }

  private static byte[] head(Answers.Ready ready, boolean keepAlive) {
    StringBuilder head = new StringBuilder("HTTP/1.1 ").append(ready.status()).append(" Fake\r\n");
    for (Map.Entry<String, String> header : ready.headers().entrySet()) {
      head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
    }
    head.append("x-request-id: req_fake\r\n");
    head.append(
        ready.chunked()
            ? "transfer-encoding: chunked\r\n"
            : "content-length: " + ready.content().length() + "\r\n");
    head.append(keepAlive ? "\r\n" : "connection: close\r\n\r\n");
    return head.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /// Sends the body to its end. The call counts as ended just before the last bytes go out: its
  /// client may start the next one when it has them.
  private void body(Call call, Answers.Ready ready, long length, int atATime, Duration every)
      throws IOException {
    long left = length;
    try (InputStream content = ready.content().open()) {
      if (left == 0) {
        server.ledger().end(call, ready.status(), true);
      }
      while (left > 0) {
        int n = content.readNBytes(block, 0, (int) Math.min(atATime, left));
        left -= n;
        if (left == 0) {
          server.ledger().end(call, ready.status(), true);
        }
        chunk(ready, n);
        if (left > 0) {
          pause(every);
        }
      }
    }
    if (ready.chunked()) {
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void part(Answers.Ready ready, long length) throws IOException {
    try (InputStream content = ready.content().open()) {
      for (long left = length; left > 0; ) {
        int n = content.readNBytes(block, 0, (int) Math.min(BLOCK, left));
        chunk(ready, n);
        left -= n;
      }
    }
  }

  private void chunk(Answers.Ready ready, int bytes) throws IOException {
    if (!ready.chunked()) {
      out.write(block, 0, bytes);
      return;
    }
    byte[] size = (Integer.toHexString(bytes) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] framed = new byte[size.length + bytes + 2];
    System.arraycopy(size, 0, framed, 0, size.length);
    System.arraycopy(block, 0, framed, size.length, bytes);
    framed[framed.length - 2] = '\r';
    framed[framed.length - 1] = '\n';
    out.write(framed);
  }

  private void end(Call call, int status, Reply.End how) throws IOException {
    switch (how) {
      case CLEAN, CLOSE -> {}
      case RESET -> socket.setSoLinger(true, 0);
      case SILENCE -> pause(Duration.ofDays(1));
    }
    server.ledger().end(call, status, false);
  }

  /// Waits, but not for a client that has left.
  private void pause(Duration duration) throws IOException {
    if (duration.isZero()) {
      return;
    }
    long until = System.nanoTime() + duration.toNanos();
    try {
      for (long left = duration.toMillis();
          left > 0;
          left = (until - System.nanoTime()) / 1_000_000) {
        socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
        in.mark(1);
        if (in.read() < 0) {
          throw new Gone();
        }
        in.reset();
        Thread.sleep(left);
      }
    } catch (SocketTimeoutException e) {
      // The time is over and the client still there.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Gone();
    } finally {
      if (!socket.isClosed()) {
        socket.setSoTimeout(0);
      }
    }
  }
}
