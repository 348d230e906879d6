package dev.kompakt.standalone;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What has been opened, closed in reverse order. One part that fails to close keeps no other open.
final class Closing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  synchronized <C extends AutoCloseable> C add(C part) {
    opened.push(part);
    LOG.atDebug().addKeyValue("part", part.getClass().getSimpleName()).log("opened");
    return part;
  }

  @Override
  public synchronized void close() {
    for (AutoCloseable part = opened.poll(); part != null; part = opened.poll()) {
      close(part);
    }
  }

  private static void close(AutoCloseable part) {
    long start = System.nanoTime();
    try {
      part.close();
    } catch (Exception e) {
      LOG.atWarn()
          .addKeyValue("part", part.getClass().getSimpleName())
          .setCause(e)
          .log("closing failed");
    }
    LOG.atDebug()
        .addKeyValue("part", part.getClass().getSimpleName())
        .addKeyValue("ms", (System.nanoTime() - start) / 1_000_000)
        .log("closed");
  }
}
