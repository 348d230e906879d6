package dev.kompakt.testing;

import dev.kompakt.testing.Fault.Direction;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// One connection through a [FaultProxy], with a virtual thread for each direction. Each holds one
/// piece; what the other side does not take is not read.
final class ProxiedConnection {
  private static final int PIECE_BYTES = 16 * 1024;

  private final FaultProxy link;
  private final Socket client;
  private final Socket server;
  private final AtomicInteger running = new AtomicInteger(2);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition change = lock.newCondition();

  ProxiedConnection(FaultProxy link, Socket client, Socket server) {
    this.link = link;
    this.client = client;
    this.server = server;
  }

  void start() {
    Thread.ofVirtual().start(() -> pass(Direction.TO_SERVER, client, server));
    Thread.ofVirtual().start(() -> pass(Direction.TO_CLIENT, server, client));
  }

  /// The link's fault is another now.
  void changed() {
    lock.lock();
    try {
      change.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Breaks it.
  void reset() {
    reset(client);
    reset(server);
    changed();
  }

  static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // closed already
    }
    close(socket);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is of no use any more in any case
    }
  }

  private void pass(Direction direction, Socket from, Socket to) {
    try {
      copy(direction, from, to);
      to.shutdownOutput();
    } catch (IOException e) {
      reset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      reset();
    } finally {
      if (running.decrementAndGet() == 0) {
        close(client);
        close(server);
        link.ended(this);
      }
    }
  }

  private void copy(Direction direction, Socket from, Socket to)
      throws IOException, InterruptedException {
    InputStream in = from.getInputStream();
    byte[] piece = new byte[PIECE_BYTES];
    Fault before = link.fault();
    long sinceSet = 0;
    for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
      int at = 0;
      while (at < read) {
        Fault now = awaitPassable();
        sinceSet = now.equals(before) ? sinceSet : 0;
        before = now;
        int next = delayed(now, direction, read - at, sinceSet);
        if (next == 0) {
          close(client);
          close(server);
          return;
        }
        if (!link.fault().equals(now)) {
          continue;
        }
        to.getOutputStream().write(piece, at, next);
        link.count(direction).addAndGet(next);
        at += next;
        sinceSet += next;
      }
    }
    awaitPassable();
  }

  /// Waits while nothing passes.
  ///
  /// @return the fault that then holds
  private Fault awaitPassable() throws InterruptedException, IOException {
    lock.lock();
    try {
      while (link.fault() instanceof Fault.BlackHole) {
        if (client.isClosed()) {
          throw new IOException("the connection is reset");
        }
        change.await();
      }
      return link.fault();
    } finally {
      lock.unlock();
    }
  }

  /// Waits as the fault has it.
  ///
  /// @return how many of these bytes may pass then; 0 to end the connection
  private int delayed(Fault now, Direction direction, int bytes, long sinceSet)
      throws InterruptedException {
    return switch (now) {
      case Fault.None(), Fault.Reset(), Fault.BlackHole(), Fault.Refuse() -> bytes;
      case Fault.Latency(Duration each) -> {
        pause(each);
        yield bytes;
      }
      case Fault.Bandwidth(Direction limited, long bytesPerSecond) -> {
        if (limited != direction) {
          yield bytes;
        }
        int some = Math.clamp(bytesPerSecond / 20, 1, bytes);
        pause(Duration.ofNanos(1_000_000_000L * some / bytesPerSecond));
        yield some;
      }
      case Fault.Cut(Direction cut, long afterBytes) ->
          cut == direction ? Math.clamp(afterBytes - sinceSet, 0, bytes) : bytes;
    };
  }

  /// Ends early when the fault changes.
  private void pause(Duration time) throws InterruptedException {
    Fault now = link.fault();
    long left = time.toNanos();
    lock.lock();
    try {
      while (left > 0 && link.fault().equals(now) && !client.isClosed()) {
        left = change.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
