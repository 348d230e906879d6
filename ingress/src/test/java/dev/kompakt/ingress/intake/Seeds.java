package dev.kompakt.ingress.intake;

import java.util.concurrent.ThreadLocalRandom;

/// The seed of random tests: `-Dkompakt.seed`, or a fresh one.
final class Seeds {
  private Seeds() {}

  static long seed() {
    Long given = Long.getLong("kompakt.seed");
    long seed = given != null ? given : ThreadLocalRandom.current().nextLong();
    System.out.println("kompakt.seed=" + seed);
    return seed;
  }
}
