package dev.kompakt.workers;

import java.util.Random;

/// Randomness that can be repeated: with the system property `kompakt.seed`.
public final class Seeded {
  private Seeded() {}

  public static long seed() {
    String given = System.getProperty("kompakt.seed");
    return given == null ? new Random().nextLong() : Long.parseLong(given);
  }
}
