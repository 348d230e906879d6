package dev.kompakt.standalone.broker;

import org.jspecify.annotations.Nullable;

/// The embedded broker cannot run on its directory; the message says what to do.
public final class BrokerFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BrokerFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
