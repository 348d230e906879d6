package dev.kompakt.workers.stop;

import java.io.IOException;

/// An attempt's deadline has passed.
public final class OverdueException extends IOException {
  private static final long serialVersionUID = 1L;

  OverdueException() {
    super("the attempt's deadline has passed");
  }
}
