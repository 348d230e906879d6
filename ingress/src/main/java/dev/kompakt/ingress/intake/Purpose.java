package dev.kompakt.ingress.intake;

/// What a body may ask for.
public enum Purpose {
  /// A compaction, so there must be something to compact.
  COMPACTION,
  /// A compaction if it ends in a trigger, else a turn. Whether a turn's input will do is
  /// upstream's to say.
  TURN
}
