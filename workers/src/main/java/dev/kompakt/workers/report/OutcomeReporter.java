package dev.kompakt.workers.report;

import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.workers.stop.AttemptBounds;
import dev.kompakt.workers.stop.Closing;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes attempt events and waits for their acks, trying again while Kafka does not take them.
/// Thread-safe.
public final class OutcomeReporter {
  private static final Logger LOG = LoggerFactory.getLogger(OutcomeReporter.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Consumer<AttemptEvent> topic;
  private final Closing closing;

  /// Makes a reporter.
  ///
  /// @param topic writes an event and returns when it is acknowledged, or throws
  ///   [NotWrittenException]
  public OutcomeReporter(Consumer<AttemptEvent> topic, Closing closing) {
    this.topic = topic;
    this.closing = closing;
  }

  /// Reports that a call is about to be made; within the attempt's bounds.
  ///
  /// @return whether that is acknowledged; if not, this worker is closing
  /// @throws IOException if the bounds end it
  public boolean started(AttemptEvent.AttemptStarted event, AttemptBounds bounds)
      throws IOException {
    Duration pause = FIRST_PAUSE;
    while (!written(event)) {
      bounds.check();
      if (!closing.pause(pause)) {
        return false;
      }
      pause = longer(pause);
    }
    return true;
  }

  /// Reports an outcome, for as long as it takes.
  ///
  /// @return whether it is acknowledged; if not, this worker is closing
  public boolean finished(AttemptEvent.AttemptFinished event) {
    Duration pause = FIRST_PAUSE;
    while (!written(event)) {
      if (!closing.pause(pause)) {
        return false;
      }
      pause = longer(pause);
    }
    return true;
  }

  private boolean written(AttemptEvent event) {
    try {
      topic.accept(event);
      return true;
    } catch (NotWrittenException e) {
      LOG.atWarn()
          .addKeyValue("compaction", event.attempt().compaction())
          .addKeyValue("attempt", event.attempt())
          .addKeyValue("event", event.getClass().getSimpleName())
          .log("Kafka did not take a report, trying again");
      return false;
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }
}
