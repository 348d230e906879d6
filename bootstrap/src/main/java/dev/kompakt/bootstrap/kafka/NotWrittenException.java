package dev.kompakt.bootstrap.kafka;

import org.jspecify.annotations.Nullable;

/// A record was not acknowledged: it may or may not be in the topic.
public final class NotWrittenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NotWrittenException(@Nullable Throwable cause) {
    super("Kafka did not acknowledge a record", cause);
  }
}
