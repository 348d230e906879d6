package dev.kompakt.workers.lane;

import java.time.Instant;

/// Asks to read back what former owners reported of a lane's attempts.
interface ReadBack {
  /// Asks for one lane; must not block. Answered by [Lanes#handedOver].
  ///
  /// @param assignment which time the lane was assigned, to tell a late answer by
  /// @param from when its earliest unfinished job was written; now if there is none
  void of(int lane, long assignment, Instant from);
}
