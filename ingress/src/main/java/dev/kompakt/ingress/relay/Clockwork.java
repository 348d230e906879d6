package dev.kompakt.ingress.relay;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Deadlines of what is read from upstream: whoever reads too long finds its stream closed.
/// Thread-safe.
final class Clockwork {
  /// How long a short body may take.
  private static final Duration SHORT_PATIENCE = Duration.ofSeconds(10);

  private static final ScheduledExecutorService THREAD =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("turn-deadlines").factory());

  private Clockwork() {}

  /// Does something short again and again, until it is cancelled.
  static ScheduledFuture<?> every(Duration period, Runnable look) {
    return THREAD.scheduleWithFixedDelay(
        look, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// Reads a short body and closes it; null if it is longer than this, breaks, or does not end in
  /// time.
  ///
  /// @param idle how long upstream may be silent
  static byte @Nullable [] readShort(InputStream body, int most, Duration idle) {
    Duration patience = idle.compareTo(SHORT_PATIENCE) < 0 ? idle : SHORT_PATIENCE;
    long end = System.nanoTime() + patience.toNanos();
    ScheduledFuture<?> deadline =
        THREAD.schedule(() -> close(body), patience.toNanos(), TimeUnit.NANOSECONDS);
    try (body) {
      byte[] read = body.readNBytes(most + 1);
      // what was closed under its reader may look as if it had ended
      return read.length <= most && System.nanoTime() - end < 0 ? read : null;
    } catch (IOException e) {
      return null;
    } finally {
      deadline.cancel(false);
    }
  }

  static void close(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      // it is closed
    }
  }
}
