package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How an account stands, as far as one stream task or ingress has seen.
///
/// @param inFlight attempts sent to it and not yet heard of
/// @param lastSent when it last got a job; the account longest without one is next
/// @param pause the latest reason to leave it out, which may be over; null if there was none
/// @param strikes rate limits in a row, so that an account that keeps refusing rests longer
public record Standing(
    AccountId account, int inFlight, Instant lastSent, @Nullable Pause pause, int strikes) {
  public Standing {
    if (inFlight < 0 || strikes < 0) {
      throw new IllegalArgumentException(
          "account " + account + ": in flight " + inFlight + ", strikes " + strikes);
    }
  }

  /// An account nothing is known of.
  public static Standing fresh(AccountId account) {
    return new Standing(account, 0, Instant.EPOCH, null, 0);
  }

  /// With one more call in flight.
  public Standing sent(Instant now) {
    return new Standing(account, inFlight + 1, now, pause, strikes);
  }

  /// With a call in flight that was sent earlier.
  public Standing resumed() {
    return new Standing(account, inFlight + 1, lastSent, pause, strikes);
  }

  /// With one call less in flight.
  public Standing ended() {
    return new Standing(account, Math.max(0, inFlight - 1), lastSent, pause, strikes);
  }

  /// After a call that was answered with a result.
  public Standing succeeded() {
    return new Standing(account, inFlight, lastSent, pause, 0);
  }

  /// With a pause; an earlier one that lasts longer stays.
  public Standing paused(Pause next) {
    Pause kept = pause != null && pause.until().isAfter(next.until()) ? pause : next;
    int counted = next.cause() == Pause.Cause.RATE_LIMITED ? strikes + 1 : strikes;
    return new Standing(account, inFlight, lastSent, kept, Math.min(counted, 16));
  }

  @Nullable Pause pauseAt(Instant now) {
    return pause == null || pause.over(now) ? null : pause;
  }
}
