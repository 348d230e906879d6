package dev.kompakt.bench.clients;

import dev.kompakt.testing.Histories;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A process that sends many requests, each on its own connection, and reads whatever comes: one
/// thread and one selector. Files a process may have open are limited, so it is not part of the
/// benchmark's own.
///
/// It says on stdout how many it has `sent`, then each second how many `got` a first byte and how
/// many were `closed` by the other side, and ends after its time or when it is told to.
final class ParkingClient {
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final long TICK_NANOS = 1_000_000_000L;

  private final InetSocketAddress to;
  private final int count;
  private final long nanosBetween;
  private final Selector selector;
  private final ByteBuffer sink = ByteBuffer.allocateDirect(64 * 1024);
  private int opened;
  private int sent;
  private int answered;
  private int closed;

  /// One connection.
  private static final class Request {
    private final long seed;
    private @Nullable ByteBuffer unsent;
    private boolean answered;

    Request(long seed) {
      this.seed = seed;
    }
  }

  private ParkingClient(InetSocketAddress to, int count, int perSecond) throws IOException {
    this.to = to;
    this.count = count;
    nanosBetween = 1_000_000_000L / perSecond;
    selector = Selector.open();
  }

  /// Runs until it is ended.
  ///
  /// @param arguments port, requests, requests opened per second
  public static void main(String... arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    new ParkingClient(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]))
        .run();
  }

  private void run() throws IOException {
    long start = System.nanoTime();
    long told = start;
    for (long now = start; now - start < LONGEST.toNanos(); now = System.nanoTime()) {
      while (opened < count && now - start >= opened * nanosBetween) {
        open();
      }
      selector.select(this::ready, 1);
      if (now - told >= TICK_NANOS) {
        told = now;
        System.out.println("sent " + sent + " got " + answered + " closed " + closed);
      }
    }
  }

  private void open() throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    boolean connected = channel.connect(to);
    channel.register(
        selector,
        connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT,
        new Request(opened++));
  }

  private void ready(SelectionKey key) {
    Request request = (Request) key.attachment();
    SocketChannel channel = (SocketChannel) key.channel();
    try {
      if (key.isConnectable() && channel.finishConnect()) {
        key.interestOps(SelectionKey.OP_WRITE);
      } else if (key.isWritable()) {
        send(key, request, channel);
      } else if (key.isReadable()) {
        read(request, channel);
      }
    } catch (IOException e) {
      drop(channel);
    }
  }

  private void send(SelectionKey key, Request request, SocketChannel channel) throws IOException {
    if (request.unsent == null) {
      request.unsent = request(request.seed);
    }
    channel.write(request.unsent);
    if (!request.unsent.hasRemaining()) {
      request.unsent = null;
      sent++;
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  private void read(Request request, SocketChannel channel) throws IOException {
    sink.clear();
    if (channel.read(sink) < 0) {
      drop(channel);
    } else if (!request.answered) {
      request.answered = true;
      answered++;
    }
  }

  private void drop(SocketChannel channel) {
    closed++;
    try {
      channel.close();
    } catch (IOException e) {
      // closed it is
    }
  }

  private ByteBuffer request(long seed) {
    byte[] body = Histories.ofBytes(seed, ParkedRequests.BYTES).toBytes();
    byte[] head =
        """
        POST /v1/responses/compact HTTP/1.1\r
        Host: 127.0.0.1:%d\r
        Content-Type: application/json\r
        Content-Length: %d\r
        \r
        """
            .formatted(to.getPort(), body.length)
            .getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(head.length + body.length).put(head).put(body).flip();
  }
}
