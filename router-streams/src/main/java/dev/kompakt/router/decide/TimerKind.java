package dev.kompakt.router.decide;

/// What a timer is for; a compaction has at most one of each.
public enum TimerKind {
  /// The next pause that ends, or attempt that is overdue.
  RETRY,
  /// The compaction's own deadline.
  DEADLINE,
  /// An ended compaction is forgotten.
  EXPIRY
}
