package dev.kompakt.workers.lane;

import java.util.Base64;
import java.util.BitSet;

/// What stands beside a committed offset, bits counting from it; written
/// `1:<finished>:<elsewhere>`, both as base64 bitmaps.
///
/// @param finished offsets that need no more work
/// @param elsewhere offsets whose attempt a former owner of the lane goes on with
record CommitMetadata(BitSet finished, BitSet elsewhere) {
  /// Brokers take 4096 characters.
  static final int MAX_CHARACTERS = 4096;

  private static final String VERSION = "1:";
  private static final int MAX_BITS = 8 * OffsetTracker.WINDOW;

  static CommitMetadata none() {
    return new CommitMetadata(new BitSet(), new BitSet());
  }

  String encode() {
    if (finished.isEmpty() && elsewhere.isEmpty()) {
      return "";
    }
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return VERSION
        + base64.encodeToString(finished.toByteArray())
        + ":"
        + base64.encodeToString(elsewhere.toByteArray());
  }

  /// Reads what [#encode] wrote.
  ///
  /// @throws IllegalArgumentException if it is something else
  static CommitMetadata decode(String text) {
    if (text.isEmpty()) {
      return none();
    }
    int colon = text.indexOf(':', VERSION.length());
    if (!text.startsWith(VERSION) || colon < 0 || text.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException("commit metadata is not of version 1");
    }
    return new CommitMetadata(
        bits(text.substring(VERSION.length(), colon)), bits(text.substring(colon + 1)));
  }

  private static BitSet bits(String base64) {
    BitSet bits = BitSet.valueOf(Base64.getDecoder().decode(base64));
    if (bits.length() > MAX_BITS) {
      throw new IllegalArgumentException("commit metadata has " + bits.length() + " bits");
    }
    return bits;
  }
}
