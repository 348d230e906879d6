package dev.kompakt.workers.local;

/// How many bytes of a history are kept, beside the retained messages.
///
/// @param verbatimBytes of the newest items, as they are
/// @param workedBytes of older calls, outputs, assistant messages and others, shortened
/// @param saidBytes of messages beyond the retained ones, shortened
record Budgets(long verbatimBytes, long workedBytes, long saidBytes) {
  private static final long MOST_VERBATIM = 64 << 10;
  private static final long MOST_WORKED = 384 << 10;
  private static final long MOST_SAID = 128 << 10;

  /// A history of fewer bytes loses no item for its size.
  private static final long SMALL = 32 << 10;

  static Budgets of(long historyBytes) {
    long third = historyBytes / 3;
    return new Budgets(
        Math.min(MOST_VERBATIM, third),
        historyBytes <= SMALL ? historyBytes : Math.min(MOST_WORKED, third),
        MOST_SAID);
  }
}
