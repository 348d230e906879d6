package dev.kompakt.ingress.replay;

import java.util.Locale;

/// What becomes of a dead letter that is to be replayed.
public enum Fate {
  /// It can be.
  READY,
  /// Asked for, and the router goes on with it.
  CREATED,
  /// Asked for, but no router has taken it in yet.
  REQUESTED,
  /// It has been, by whoever was first.
  EXISTING,
  /// Its compaction goes on or ended otherwise without a replay.
  NOT_FAILED,
  /// A payload it needs is past its retention.
  LOST,
  /// The router no longer knows its compaction.
  FORGOTTEN,
  /// It is of a record nobody could read.
  UNREADABLE,
  /// There is no such dead letter.
  UNKNOWN;

  /// Whether there is a replay of it, or may be.
  public boolean replayed() {
    return switch (this) {
      case READY, CREATED, REQUESTED, EXISTING -> true;
      case NOT_FAILED, LOST, FORGOTTEN, UNREADABLE, UNKNOWN -> false;
    };
  }

  /// How it is written for people and programs.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
