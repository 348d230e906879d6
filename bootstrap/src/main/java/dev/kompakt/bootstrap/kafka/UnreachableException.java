package dev.kompakt.bootstrap.kafka;

import org.jspecify.annotations.Nullable;

/// Kafka cannot be reached or does not do what is asked. Exit code 6.
public final class UnreachableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnreachableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
