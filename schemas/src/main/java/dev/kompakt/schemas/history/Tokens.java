package dev.kompakt.schemas.history;

/// The token estimate used everywhere: four bytes a token, rounded up. Used for budgets and learned
/// token limits, never shown as an exact figure.
public final class Tokens {
  private static final int BYTES_PER_TOKEN = 4;

  private Tokens() {}

  public static long estimate(long bytes) {
    return (bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
  }
}
