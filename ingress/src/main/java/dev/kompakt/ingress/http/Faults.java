package dev.kompakt.ingress.http;

import java.util.Arrays;
import org.slf4j.Logger;

/// Faults of ours in the log: what and where, never an exception's message, which may quote a
/// client's text.
final class Faults {
  private static final int FRAMES = 12;

  private Faults() {}

  static void log(Logger log, Throwable fault, String message) {
    log.atError()
        .addKeyValue("error", fault.getClass().getName())
        .addKeyValue("at", Arrays.stream(fault.getStackTrace()).limit(FRAMES).toList())
        .log(message);
  }
}
