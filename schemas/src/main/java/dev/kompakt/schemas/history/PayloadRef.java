package dev.kompakt.schemas.history;

import dev.kompakt.schemas.id.PayloadId;
import java.util.List;

/// A pointer to a payload on `kompakt.payloads`: one partition, one record offset per segment.
///
/// @param id key of the segments' records
/// @param partition where all of them lie
/// @param offsets the record of each segment, in order; empty for an empty payload
/// @param bytes the payload's length when opened; each segment but the last holds [#SEGMENT_BYTES]
public record PayloadRef(PayloadId id, int partition, List<Long> offsets, long bytes) {
  /// Bytes of payload in one segment. Below 1 MiB by enough that an incompressible segment, sealed,
  /// still fits the `message.max.bytes` of a stock broker.
  public static final int SEGMENT_BYTES = 1_000_000;

  public PayloadRef {
    offsets = List.copyOf(offsets);
    long segments = (bytes + SEGMENT_BYTES - 1) / SEGMENT_BYTES;
    if (bytes < 0 || partition < 0 || offsets.size() != segments) {
      throw new IllegalArgumentException(
          "payload " + id + " of " + bytes + " bytes cannot have " + offsets.size() + " segments");
    }
  }

  /// The whole payload as a range.
  public ByteRange whole() {
    return new ByteRange(0, bytes);
  }
}
