package dev.kompakt.testing;

import java.time.Duration;

/// What a [FaultProxy] does to its link.
public sealed interface Fault {
  /// Which way bytes go.
  enum Direction {
    TO_SERVER,
    TO_CLIENT
  }

  /// Everything passes.
  record None() implements Fault {}

  /// Everything passes late, a piece of up to 16 KiB at a time.
  record Latency(Duration each) implements Fault {}

  /// No more than this passes in one direction of each connection; the other is free.
  ///
  /// @param bytesPerSecond 1 or more
  record Bandwidth(Direction direction, long bytesPerSecond) implements Fault {}

  /// Each connection is closed, as if in order, once so many bytes went this way, counted from when
  /// the fault was set; 0 closes it at the first byte.
  record Cut(Direction direction, long afterBytes) implements Fault {}

  /// All connections are reset (RST), new ones as soon as they are made.
  record Reset() implements Fault {}

  /// Connections are made and kept, and nothing passes. What has not passed does so once the link
  /// is healed, as when a network comes back.
  record BlackHole() implements Fault {}

  /// All connections are reset, and nobody listens.
  record Refuse() implements Fault {}
}
