package dev.kompakt.bootstrap.route;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What keeps an account from being used.
public sealed interface Obstacle {
  /// The same for people.
  String words();

  /// The one that lasts longer.
  static Rest later(@Nullable Obstacle one, Rest other) {
    return one instanceof Rest rest && !other.until().isAfter(rest.until()) ? rest : other;
  }

  /// What time removes.
  sealed interface Rest extends Obstacle {
    /// The first moment it is gone.
    Instant until();

    Pause.Cause cause();
  }

  /// Upstream sent it away, or its lane did.
  record Resting(Instant until, Pause.Cause cause) implements Rest {
    @Override
    public String words() {
      return switch (cause) {
            case RATE_LIMITED -> "rate limited";
            case QUOTA_EXHAUSTED -> "quota used up";
            case REFUSED -> "credential refused, left out";
            case BUSY -> "no room for a job, left out";
          }
          + " until "
          + until;
    }
  }

  /// As much of a window is used as the config allows.
  ///
  /// @param used percent
  /// @param most percent
  record Ceiling(String window, double used, int most, Instant until) implements Rest {
    @Override
    public Pause.Cause cause() {
      return Pause.Cause.QUOTA_EXHAUSTED;
    }

    @Override
    public String words() {
      return "at its ceiling: %s of %s used, %d %% allowed, until %s"
          .formatted(Percent.of(used), window, most, until);
    }
  }

  /// The call has more tokens than the account may use in a minute.
  record TooSmall(long tokens, int tokensPerMinute) implements Obstacle {
    @Override
    public String words() {
      return "too small: the call has %d tokens, and %d a minute are allowed"
          .formatted(tokens, tokensPerMinute);
    }
  }

  /// What no time removes.
  enum Out implements Obstacle {
    REAUTH_REQUIRED("to be signed in again"),
    DEACTIVATED("closed by the provider"),
    PAUSED("paused by an operator");

    private final String words;

    Out(String words) {
      this.words = words;
    }

    @Override
    public String words() {
      return words;
    }
  }
}
