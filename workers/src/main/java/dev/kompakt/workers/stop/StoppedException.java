package dev.kompakt.workers.stop;

import java.io.IOException;

/// An attempt was told to stop. An I/O failure, so that it comes out of the streams it reads.
public final class StoppedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final StopSignal.Reason reason;

  StoppedException(StopSignal.Reason reason) {
    super("stopped: " + reason);
    this.reason = reason;
  }

  public StopSignal.Reason reason() {
    return reason;
  }
}
