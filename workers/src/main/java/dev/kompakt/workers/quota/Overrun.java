package dev.kompakt.workers.quota;

/// How much more than estimated an account's calls come to, going by what recent answers told: the
/// answer counts too, and code has more tokens to the byte than prose.
final class Overrun {
  /// Taken while no answer has come.
  private static final double FIRST = 1.25;

  private static final double LEAST = 1.05;
  private static final double MOST = 4;

  /// What one answer came to is half forgotten after 22 that came to less.
  private static final double MEMORY = 32;

  private double ratio = FIRST;

  /// The most a call of this estimate is likely to come to.
  long of(long estimated) {
    return (long) Math.ceil(estimated * ratio);
  }

  /// A call of this estimate came to so much.
  void learn(long estimated, long tokens) {
    if (estimated > 0 && tokens > 0) {
      double seen = Math.clamp((double) tokens / estimated, LEAST, MOST);
      ratio = Math.max(seen, ratio + (seen - ratio) / MEMORY);
    }
  }
}
