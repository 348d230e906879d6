package dev.kompakt.ingress.admission;

import java.util.Locale;

/// A kind of request that has room of its own.
public enum Lane {
  /// Compactions.
  COMPACT,
  /// Turns, and compactions asked for as turns.
  RESPONSES,
  /// What asks about compactions and for models: cheap, and needed most when the rest is full.
  ADMIN;

  /// Whether its requests are work: they count for the room over all lanes and for the limits of
  /// their key.
  boolean isWork() {
    return this != ADMIN;
  }

  /// Its name in messages.
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
