package dev.kompakt.testing;

/// Where generated requests begin: deterministic by seed and of an exact size.
public final class Histories {
  /// A size of which everything is in memory in no time.
  public static final long SMALL_BYTES = 8 * 1024;

  private Histories() {}

  /// A few messages and calls.
  public static SyntheticRequest small(long seed) {
    return ofBytes(seed, SMALL_BYTES);
  }

  /// A history of exactly this size.
  ///
  /// @param bytes of the whole request body, [SyntheticRequest#MIN_BYTES] or more
  public static SyntheticRequest ofBytes(long seed, long bytes) {
    return new SyntheticRequest(seed, bytes, "gpt-5.5", 0, false, 0, 0, false);
  }

  public static SyntheticRequest ofMebibytes(long seed, int mebibytes) {
    return ofBytes(seed, mebibytes * 1024L * 1024);
  }
}
