package dev.kompakt.ingress.park;

import java.util.Arrays;
import org.slf4j.Logger;

/// Faults of ours in the log: what and where, never an exception's message, which may quote a
/// client's text.
public final class Faults {
  private static final int FRAMES = 12;

  private Faults() {}

  /// Logs an unforeseen fault.
  public static void log(Logger log, Throwable fault, String message) {
    log.atError()
        .addKeyValue("error", fault.getClass().getName())
        .addKeyValue("at", Arrays.stream(fault.getStackTrace()).limit(FRAMES).toList())
        .log(message);
  }
}
