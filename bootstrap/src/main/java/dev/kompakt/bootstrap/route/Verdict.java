package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// What an account is worth to a call, and why.
///
/// @param used percent of its fullest window
/// @param pressure `used` and what is in flight, in percent points
/// @param inFlight calls known to be in flight here
/// @param load calls in flight for each that it has room and budget left for; less is better
/// @param resetDays days until its longest window is renewed; the sooner, the less is lost
/// @param until when a resting account may be used again; null if it does not rest, or for good
/// @param lastSent when it last got a call from here
public record Verdict(
    AccountId account,
    Grade grade,
    double used,
    double pressure,
    int inFlight,
    double load,
    long resetDays,
    @Nullable Instant until,
    Instant lastSent) {
  /// From the best to the worst.
  public enum Grade {
    /// Under the threshold, with room.
    SAFE,
    /// Under the threshold; all it may do at once is being done.
    BUSY,
    /// Over the threshold.
    PRESSED,
    /// Rate limited, its quota used up or at its ceiling, or its credential refused a while ago.
    RESTING,
    /// Its tokens a minute are fewer than the call has.
    TOO_SMALL,
    /// To be signed in again, closed or paused.
    OUT
  }

  /// The best first; equals keep the order of the config.
  static final Comparator<Verdict> BEST_FIRST =
      Comparator.comparing(Verdict::grade).thenComparing(Verdict::withinGrade);

  /// Whether a call may go there.
  public boolean usable() {
    return switch (grade) {
      case SAFE, BUSY, PRESSED -> true;
      case RESTING, TOO_SMALL, OUT -> false;
    };
  }

  /// Whether it is under the threshold.
  boolean safe() {
    return grade == Grade.SAFE || grade == Grade.BUSY;
  }

  private static int withinGrade(Verdict one, Verdict other) {
    int order =
        switch (one.grade) {
          case SAFE -> Long.compare(one.resetDays, other.resetDays);
          case PRESSED -> Double.compare(one.pressure, other.pressure);
          case BUSY, RESTING, TOO_SMALL, OUT -> 0;
        };
    if (order == 0) {
      order = Double.compare(one.load, other.load);
    }
    return order == 0 ? one.lastSent.compareTo(other.lastSent) : order;
  }
}
