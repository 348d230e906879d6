package dev.kompakt.workers.quota;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Whether an attempt may start now.
sealed interface Admission {
  record Start() implements Admission {}

  /// Not yet.
  ///
  /// @param until when the reason ends by itself; null if only the end of an attempt ends it
  record Wait(Reason reason, @Nullable Instant until) implements Admission {}

  /// What an attempt waits for.
  enum Reason {
    CONCURRENCY,
    /// Requests of the minute.
    REQUESTS,
    /// Tokens of the minute.
    TOKENS,
    /// The same attempt still runs here: its lane went away and came back.
    RUNNING_HERE
  }
}
