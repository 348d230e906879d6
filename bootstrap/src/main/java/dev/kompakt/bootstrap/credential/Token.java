package dev.kompakt.bootstrap.credential;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A token as the endpoint gave it. Shows nothing of itself.
final class Token {
  /// How long before its end a token is renewed at most; short ones at a tenth of their life.
  private static final Duration EARLY = Duration.ofMinutes(5);

  private final String access;
  private final String refresh;
  private final Instant at;
  private final @Nullable Instant expiresAt;

  /// Takes one.
  ///
  /// @param access what calls carry
  /// @param refresh what the next one is had for; good once
  /// @param at when it was had
  /// @param expiresAt null if that is not known
  Token(String access, String refresh, Instant at, @Nullable Instant expiresAt) {
    this.access = access;
    this.refresh = refresh;
    this.at = at;
    this.expiresAt = expiresAt;
  }

  String access() {
    return access;
  }

  String refresh() {
    return refresh;
  }

  Instant at() {
    return at;
  }

  @Nullable Instant expiresAt() {
    return expiresAt;
  }

  /// Whether calls may carry it.
  boolean usable(Instant now) {
    return expiresAt == null || expiresAt.isAfter(now);
  }

  /// Whether it need not be renewed yet.
  boolean fresh(Instant now) {
    if (expiresAt == null) {
      return true;
    }
    Duration tenth = Duration.between(at, expiresAt).dividedBy(10);
    Duration early = tenth.compareTo(EARLY) < 0 ? tenth : EARLY;
    return expiresAt.minus(early).isAfter(now);
  }

  @Override
  public String toString() {
    return "Token[expires " + expiresAt + "]";
  }
}
