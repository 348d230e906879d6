package dev.kompakt.ingress.publish;

import java.io.IOException;

/// The log did not acknowledge a segment while a payload was still being written.
public final class UnwrittenException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnwrittenException(Throwable cause) {
    super("the log did not acknowledge a segment in time", cause);
  }
}
