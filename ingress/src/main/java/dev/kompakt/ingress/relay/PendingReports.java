package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.record.TurnFinished;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands reports to a log that may make its caller wait: each on a thread of its own, and not more
/// than fit at once. What does not fit is dropped, counted, and warned of once until there is room
/// again. Thread-safe.
public final class PendingReports implements TurnReports {
  private static final Logger LOG = LoggerFactory.getLogger(PendingReports.class);

  private final Consumer<TurnFinished> log;
  private final Semaphore room;
  private final Meters meters;
  private final AtomicBoolean dropping = new AtomicBoolean();

  /// @param log may wait
  /// @param most reports that may wait at once, above 0
  public PendingReports(Consumer<TurnFinished> log, int most, Meters meters) {
    this.log = log;
    room = new Semaphore(most);
    this.meters = meters;
  }

  @Override
  public void report(TurnFinished turn) {
    if (!room.tryAcquire()) {
      meters.count(Meter.TURN_REPORTS_DROPPED);
      if (dropping.compareAndSet(false, true)) {
        LOG.warn("reports of turns are dropped, as too many wait for Kafka");
      }
      return;
    }
    dropping.set(false);
    Thread.startVirtualThread(
        () -> {
          try {
            log.accept(turn);
          } finally {
            room.release();
          }
        });
  }
}
