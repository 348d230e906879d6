package dev.kompakt.schemas.record;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a provider, model and endpoint was seen to accept and to reject; the records of
/// `kompakt.limits`.
///
/// @param expiresAt from then on it is as if no size were known
/// @param missingUntil the endpoint was not there and is not asked before; null if it is there
public record LearnedLimit(
    LimitKey key,
    Bound bytes,
    Bound tokens,
    Instant updatedAt,
    Instant expiresAt,
    @Nullable Instant missingUntil) {
  /// Sizes seen in one unit; null where none was.
  public record Bound(@Nullable Long largestAccepted, @Nullable Long smallestRejected) {
    public static final Bound UNKNOWN = new Bound(null, null);

    /// Halving finds what is accepted at no less than this part of the rejected size.
    private static final int FAR = 4;

    /// The bound after a size was accepted. A rejection at or below it is forgotten.
    public Bound accepted(long size) {
      Long largest = largestAccepted == null ? size : Math.max(largestAccepted, size);
      return new Bound(
          largest, smallestRejected == null || smallestRejected <= size ? null : smallestRejected);
    }

    /// The bound after a size was rejected. An acceptance at or above it is forgotten.
    public Bound rejected(long size) {
      Long smallest = smallestRejected == null ? size : Math.min(smallestRejected, size);
      return new Bound(
          largestAccepted == null || largestAccepted >= size ? null : largestAccepted, smallest);
    }

    /// The size to aim for: null while nothing was rejected, else what was accepted. Where that is
    /// far below what was rejected it only says that small requests are made too, and half of the
    /// rejected size is aimed for.
    public @Nullable Long target() {
      if (smallestRejected == null) {
        return null;
      }
      return largestAccepted != null && largestAccepted >= smallestRejected / FAR
          ? largestAccepted
          : Math.max(1, smallestRejected / 2);
    }
  }
}
