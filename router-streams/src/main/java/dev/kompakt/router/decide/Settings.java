package dev.kompakt.router.decide;

import java.time.Duration;

/// The figures decisions go by.
///
/// @param parallelChunks jobs of one compaction in flight at once
/// @param maxCalls upstream calls made for one run of a compaction
/// @param attemptsPerJob attempts that may fail before their job has
/// @param backoffBase pause after a job's first failed attempt; doubles with each further one
/// @param backoffMax the longest such pause
/// @param attemptTimeout how long one attempt may take, waiting on its lane included
/// @param attemptGrace how much later than its deadline an attempt is given up, for clocks that
///   differ
/// @param patience how long resting accounts are waited for while a caller is connected; where it
///   takes longer the compaction fails at once and says so
/// @param localWhenExhausted whether a history no account can take in time is compacted locally
/// @param keepCompleted how long a result answers the same request
/// @param keepCancelled how long a cancelled compaction can be taken up again
/// @param keepFailed how long a failed compaction can be taken up again
/// @param floorBytes content a chunk refused as too large must exceed to be cut further
public record Settings(
    int parallelChunks,
    int maxCalls,
    int attemptsPerJob,
    Duration backoffBase,
    Duration backoffMax,
    Duration attemptTimeout,
    Duration attemptGrace,
    Duration patience,
    boolean localWhenExhausted,
    Duration keepCompleted,
    Duration keepCancelled,
    Duration keepFailed,
    long floorBytes) {
  public static final Settings DEFAULT =
      new Settings(
          4,
          48,
          5,
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          false,
          Duration.ofHours(24),
          Duration.ofHours(24),
          Duration.ofDays(7),
          64 * 1024);

  public Settings {
    if (parallelChunks < 1 || maxCalls < 1 || attemptsPerJob < 1 || floorBytes < 2) {
      throw new IllegalArgumentException(
          "parallelChunks "
              + parallelChunks
              + ", maxCalls "
              + maxCalls
              + ", attemptsPerJob "
              + attemptsPerJob
              + ", floorBytes "
              + floorBytes
              + ": each must be above 0");
    }
  }

  /// The same with other bounds on a compaction's calls.
  public Settings withCalls(int newParallelChunks, int newMaxCalls) {
    return new Settings(
        newParallelChunks,
        newMaxCalls,
        attemptsPerJob,
        backoffBase,
        backoffMax,
        attemptTimeout,
        attemptGrace,
        patience,
        localWhenExhausted,
        keepCompleted,
        keepCancelled,
        keepFailed,
        floorBytes);
  }

  /// The same with other times.
  public Settings withTimes(Duration newAttemptTimeout, Duration newKeepCompleted) {
    return new Settings(
        parallelChunks,
        maxCalls,
        attemptsPerJob,
        backoffBase,
        backoffMax,
        newAttemptTimeout,
        attemptGrace,
        patience,
        localWhenExhausted,
        newKeepCompleted,
        keepCancelled,
        keepFailed,
        floorBytes);
  }

  /// The same with another rule on accounts that are used up.
  public Settings withLocalWhenExhausted(boolean newLocalWhenExhausted) {
    return new Settings(
        parallelChunks,
        maxCalls,
        attemptsPerJob,
        backoffBase,
        backoffMax,
        attemptTimeout,
        attemptGrace,
        patience,
        newLocalWhenExhausted,
        keepCompleted,
        keepCancelled,
        keepFailed,
        floorBytes);
  }

  /// The pause before try `n` (from 0), between half and all of the doubled base.
  ///
  /// @param salt what the jitter is derived from, so that the same decision gives the same pause
  Duration pause(int n, Object salt) {
    long ceiling = Math.min(backoffMax.toMillis(), backoffBase.toMillis() << Math.clamp(n, 0, 20));
    long mixed = salt.toString().hashCode() * 0x9E3779B97F4A7C15L;
    double fraction = (mixed >>> 11) * 0x1.0p-53;
    return Duration.ofMillis((long) (ceiling * (0.5 + 0.5 * fraction)));
  }
}
