package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What an account is worth to a call, and why.
///
/// @param used percent of its fullest window
/// @param window that window's name; null if nothing is known of any
/// @param pressure `used` and what is in flight, in percent points
/// @param inFlight calls known to be in flight here, those that wait for room among them
/// @param load calls in flight for each that it has room and budget left for; less is better
/// @param resetDays whole days until the last of its windows is renewed, 0 if none is known; the
///   sooner, the less is lost
/// @param lastSent when it last got a call from here
/// @param obstacle what keeps it from being used; null if nothing does
public record Verdict(
    AccountId account,
    Grade grade,
    double used,
    @Nullable String window,
    double pressure,
    int inFlight,
    double load,
    long resetDays,
    Instant lastSent,
    @Nullable Obstacle obstacle) {
  /// As many as a [#sketch] has.
  static final int SKETCH_BITS = 44;

  private static final int GRADE_AT = SKETCH_BITS - 2;
  private static final long FAR = 1L << 40;
  private static final long MOST_DAYS = (1L << (GRADE_AT - Float.SIZE)) - 1;

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

  /// When a resting account may be used again; null if it does not rest, or for good.
  public @Nullable Instant until() {
    return obstacle instanceof Obstacle.Rest rest ? rest.until() : null;
  }

  /// Why it is judged so, for people: `over the threshold: 97 % of secondary used`.
  public String words() {
    if (obstacle != null) {
      return obstacle.words();
    }
    String use = window == null ? "use not known" : Percent.of(used) + " of " + window + " used";
    String load =
        inFlight == 0
            ? ""
            : ", %d in flight, worth %s".formatted(inFlight, Percent.of(pressure - used));
    return switch (grade) {
          case SAFE -> "safe: ";
          case BUSY -> "under the threshold, but full: ";
          case PRESSED, RESTING, TOO_SMALL, OUT -> "over the threshold: ";
        }
        + use
        + load;
  }

  /// Whether a call may go there.
  public boolean usable() {
    return obstacle == null;
  }

  /// What it rests for until a moment upstream told; null if it does not, a refused credential
  /// included.
  Obstacle.@Nullable Rest rest() {
    return obstacle instanceof Obstacle.Rest rest && rest.cause() != Pause.Cause.REFUSED
        ? rest
        : null;
  }

  /// Whether it rests for anything but a used up quota.
  boolean limited() {
    Obstacle.Rest rest = rest();
    return rest != null && rest.cause() != Pause.Cause.QUOTA_EXHAUSTED;
  }

  /// Tells the better of two fast: the smaller number is the better's; equal ones say nothing.
  ///
  /// @return two bits for the grade, the rest for what decides within it, rounded
  long sketch() {
    return switch (grade) {
      case SAFE ->
          resetDays < MOST_DAYS
              ? (resetDays << Float.SIZE) | Float.floatToIntBits((float) load)
              : MOST_DAYS << Float.SIZE;
      case BUSY -> (1L << GRADE_AT) | (Double.doubleToLongBits(load) >> (Long.SIZE - GRADE_AT));
      case PRESSED ->
          (2L << GRADE_AT) | (Double.doubleToLongBits(pressure) >> (Long.SIZE - GRADE_AT));
      case RESTING, TOO_SMALL, OUT -> (3L << GRADE_AT) | sketchOfRest();
    };
  }

  private long sketchOfRest() {
    Obstacle.Rest rest = rest();
    return rest == null ? FAR : Math.clamp(rest.until().getEpochSecond(), 0, FAR);
  }

  /// The best first.
  static int compare(Verdict one, Verdict other) {
    int order = one.grade.compareTo(other.grade);
    if (order == 0) {
      order =
          switch (one.grade) {
            case SAFE -> Long.compare(one.resetDays, other.resetDays);
            case PRESSED -> Double.compare(one.pressure, other.pressure);
            case RESTING -> compareRest(one, other);
            case BUSY, TOO_SMALL, OUT -> 0;
          };
    }
    if (order == 0) {
      order = Double.compare(one.load, other.load);
    }
    return order == 0 ? one.lastSent.compareTo(other.lastSent) : order;
  }

  private static int compareRest(Verdict one, Verdict other) {
    Obstacle.Rest rest = one.rest();
    Obstacle.Rest another = other.rest();
    if (rest == null || another == null) {
      return Boolean.compare(rest == null, another == null);
    }
    return rest.until().compareTo(another.until());
  }
}
