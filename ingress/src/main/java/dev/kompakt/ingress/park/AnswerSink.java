package dev.kompakt.ingress.park;

import dev.kompakt.bootstrap.fault.CrashPoint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.xnio.channels.StreamSinkChannel;

/// A response body being written by a virtual thread. It waits on nothing but the client, holds no
/// bytes, and gives up on a client that takes too long. It does not end the response: that ends the
/// exchange, which belongs on its I/O thread.
final class AnswerSink extends OutputStream {
  private final Line.Handover line;
  private final long stallNanos;
  private final long endNanos;
  private final Semaphore writable = new Semaphore(0);
  private volatile boolean aborted;
  private final AtomicLong begun = new AtomicLong();

  /// Takes a line over.
  ///
  /// @param preface written before everything else
  /// @param stall how long the client may take none of what is written
  /// @param total how long all of it may take
  AnswerSink(Line.Handover line, byte[] preface, Duration stall, Duration total) {
    this.line = line;
    line.pending().add(ByteBuffer.wrap(preface));
    stallNanos = stall.toNanos();
    endNanos = System.nanoTime() + total.toNanos();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    for (ByteBuffer first = line.pending().poll(); first != null; first = line.pending().poll()) {
      send(first);
    }
    begun.addAndGet(length);
    send(ByteBuffer.wrap(from, offset, length));
    CrashPoint.INGRESS_ANSWERING.pass();
  }

  /// Sends what has been written on its way; not after the last byte of a known length.
  @Override
  public void flush() throws IOException {
    StreamSinkChannel out = line.channel();
    try {
      while (!out.flush()) {
        await(out);
      }
    } catch (ClientGoneException e) {
      throw e;
    } catch (IOException e) {
      throw new ClientGoneException("the connection broke");
    }
  }

  /// Bytes that were to be written up to now; the last of them may be on their way. For any thread.
  long begun() {
    return begun.get();
  }

  /// Makes whoever writes give up; for other threads.
  void abort() {
    aborted = true;
    writable.release();
  }

  private void send(ByteBuffer bytes) throws ClientGoneException {
    StreamSinkChannel out = line.channel();
    try {
      while (bytes.hasRemaining()) {
        if (out.write(bytes) == 0) {
          await(out);
        }
      }
    } catch (ClientGoneException e) {
      throw e;
    } catch (IOException e) {
      throw new ClientGoneException("the connection broke");
    }
  }

  private void await(StreamSinkChannel out) throws ClientGoneException {
    writable.drainPermits();
    out.getWriteSetter()
        .set(
            ready -> {
              ready.suspendWrites();
              writable.release();
            });
    out.resumeWrites();
    try {
      long patience = Math.min(stallNanos, endNanos - System.nanoTime());
      if (aborted || !writable.tryAcquire(patience, TimeUnit.NANOSECONDS) || aborted) {
        throw new ClientGoneException("the client reads too slowly");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientGoneException("interrupted while writing");
    }
  }
}
