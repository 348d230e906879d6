package dev.kompakt.standalone.broker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The process that uses a data directory, as it says itself in `running.json`.
///
/// @param broker where its broker listens; null while it starts
/// @param ingress base address of its data plane; null while it starts, or if it has none
/// @param admin base address of its admin plane; null while it starts, or if it has none
public record Running(
    long pid,
    Instant startedAt,
    @Nullable String broker,
    @Nullable String ingress,
    @Nullable String admin) {

  static Running starting() {
    ProcessHandle self = ProcessHandle.current();
    return new Running(
        self.pid(), self.info().startInstant().orElse(Instant.EPOCH), null, null, null);
  }

  /// The same process, now listening.
  Running at(String broker, @Nullable String ingress, @Nullable String admin) {
    return new Running(pid, startedAt, broker, ingress, admin);
  }
}
