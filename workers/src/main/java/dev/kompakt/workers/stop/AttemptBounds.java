package dev.kompakt.workers.stop;

import dev.kompakt.bootstrap.stream.BlockStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// How long an attempt may go on.
public record AttemptBounds(StopSignal stop, Instant deadline, InstantSource clock) {
  /// Time left, never negative.
  public Duration left() {
    Duration left = Duration.between(clock.instant(), deadline);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /// Goes on only within the bounds.
  ///
  /// @throws StoppedException if the attempt was told to stop
  /// @throws OverdueException if the deadline has passed
  public void check() throws IOException {
    stop.check();
    if (!clock.instant().isBefore(deadline)) {
      throw new OverdueException();
    }
  }

  /// The same stream; each block read from it checks the bounds.
  public InputStream bound(InputStream in) {
    return new BlockStream() {
      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        check();
        return in.read(into, offset, length);
      }
    };
  }
}
