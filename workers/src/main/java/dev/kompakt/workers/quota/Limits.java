package dev.kompakt.workers.quota;

import org.jspecify.annotations.Nullable;

/// What an account may be used for at most.
///
/// @param concurrency calls at once
/// @param requestsPerMinute calls in any one minute; null for no limit
/// @param tokensPerMinute tokens of calls in any one minute; null for no limit
public record Limits(
    int concurrency, @Nullable Integer requestsPerMinute, @Nullable Integer tokensPerMinute) {
  /// So many at once, and nothing else is limited.
  public static Limits of(int concurrency) {
    return new Limits(concurrency, null, null);
  }

  long requests() {
    return requestsPerMinute == null ? Integer.MAX_VALUE : requestsPerMinute;
  }

  long tokens() {
    return tokensPerMinute == null ? Long.MAX_VALUE / 2 : tokensPerMinute;
  }
}
