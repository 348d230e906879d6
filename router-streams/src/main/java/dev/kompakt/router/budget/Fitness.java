package dev.kompakt.router.budget;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountState.Active;
import dev.kompakt.schemas.record.AccountState.Deactivated;
import dev.kompakt.schemas.record.AccountState.Paused;
import dev.kompakt.schemas.record.AccountState.QuotaExceeded;
import dev.kompakt.schemas.record.AccountState.RateLimited;
import dev.kompakt.schemas.record.AccountState.ReauthRequired;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Unauthorized.Standing;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether an account may be used, and what changes that.
///
/// Reports may come late: one older than the word the state goes back to changes nothing, except
/// that it may lengthen a rest. An operator's word counts whenever it comes, and only an operator
/// ends a pause. That a call succeeded ends no rest, for it may have begun before it; what its
/// answer said of the windows may.
///
/// @param stored as it was at `since`; null for active
/// @param current as it is now
/// @param since when the word was said that made the state, or last confirmed it; null if none was
record Fitness(@Nullable AccountState stored, AccountState current, @Nullable Instant since) {
  /// No reset is believed that is further off.
  static final Duration LONGEST = Duration.ofDays(366);

  /// What a provider asks to wait is kept so long, whatever windows say: answers to calls that were
  /// on their way come in just after a refusal.
  static final Duration COOLDOWN = Duration.ofMinutes(1);

  /// From here on a window counts as used up: providers' figures may stop short of 100.
  static final double FULL = 99;

  /// Windows of a minute, which say nothing of a plan's quota.
  private static final Set<String> PER_MINUTE = Set.of("requests", "tokens");

  static Fitness of(AccountStatus known, Instant now) {
    return new Fitness(known.state(), known.stateAt(now), known.since());
  }

  /// After a call that was refused, or came to nothing, for this reason.
  ///
  /// @param at when it was reported, no later than now
  /// @param readings what is known of its windows
  Fitness refused(Outcome outcome, Instant at, List<UsageReading> readings, Instant now) {
    return switch (outcome) {
      case Outcome.RateLimited(Duration wait) -> limited(at, at.plus(wait), now);
      case Outcome.QuotaExhausted(Instant resetsAt) ->
          exhausted(at, plausible(resetsAt, now) ? resetsAt : fullUntil(readings, now), now);
      case Outcome.Unauthorized(_, Standing standing) ->
          standing == null || !newer(at)
              ? this
              : switch (standing) {
                case REAUTH_REQUIRED -> signedOut(at);
                case DEACTIVATED -> closed(at);
              };
      case Outcome.Succeeded _,
          Outcome.TooLarge _,
          Outcome.Transient _,
          Outcome.Rejected _,
          Outcome.Malformed _,
          Outcome.Cancelled _,
          Outcome.Declined _,
          Outcome.Unsupported _,
          Outcome.PayloadLost _,
          Outcome.WorkerLost _ ->
          this;
    };
  }

  private Fitness limited(Instant at, Instant until, Instant now) {
    if (!until.isAfter(now)) {
      return this;
    }
    return switch (current) {
      case Active active -> newer(at) ? to(active.toRateLimited(until), at) : this;
      case RateLimited limited -> to(limited.toRateLimited(until), at);
      case QuotaExceeded _, ReauthRequired _, Deactivated _, Paused _ -> this;
    };
  }

  private Fitness exhausted(Instant at, @Nullable Instant resetsAt, Instant now) {
    Instant until = resetsAt == null ? at.plus(Pause.UNKNOWN_QUOTA) : resetsAt;
    if (!until.isAfter(now)) {
      return this;
    }
    return switch (current) {
      case Active active -> newer(at) ? to(active.toQuotaExceeded(until), at) : this;
      case RateLimited limited -> to(limited.toQuotaExceeded(until), at);
      case QuotaExceeded exceeded ->
          newer(at) && (resetsAt != null || until.isAfter(exceeded.until()))
              ? to(exceeded.toQuotaExceeded(until), at)
              : this;
      case ReauthRequired _, Deactivated _, Paused _ -> this;
    };
  }

  private Fitness signedOut(Instant at) {
    return switch (current) {
      case Active active -> to(active.toReauthRequired(), at);
      case RateLimited limited -> to(limited.toReauthRequired(), at);
      case QuotaExceeded exceeded -> to(exceeded.toReauthRequired(), at);
      case ReauthRequired _, Deactivated _, Paused _ -> this;
    };
  }

  private Fitness closed(Instant at) {
    return switch (current) {
      case Active active -> to(active.toDeactivated(), at);
      case RateLimited limited -> to(limited.toDeactivated(), at);
      case QuotaExceeded exceeded -> to(exceeded.toDeactivated(), at);
      case ReauthRequired reauth -> to(reauth.toDeactivated(), at);
      case Deactivated _, Paused _ -> this;
    };
  }

  /// An operator had it tried, and it answered.
  Fitness answered(Instant at) {
    return current instanceof Paused || !newer(at) ? this : to(active(), at);
  }

  /// Its credential was renewed.
  Fitness renewed(Instant at) {
    return switch (current) {
      case Active active -> newer(at) ? to(active, at) : this;
      case ReauthRequired reauth -> newer(at) ? to(reauth.toActive(), at) : this;
      case RateLimited _, QuotaExceeded _, Deactivated _, Paused _ -> this;
    };
  }

  /// An operator took it out of use.
  Fitness paused(Instant at) {
    return switch (current) {
      case Active active -> to(active.toPaused(), at);
      case RateLimited limited -> to(limited.toPaused(), at);
      case QuotaExceeded exceeded -> to(exceeded.toPaused(), at);
      case ReauthRequired reauth -> to(reauth.toPaused(), at);
      case Deactivated deactivated -> to(deactivated.toPaused(), at);
      case Paused _ -> this;
    };
  }

  /// An operator put it to use again.
  Fitness resumed(Instant at) {
    return to(active(), at);
  }

  /// Active if what was read since a rest began shows room in every window.
  Fitness lifted(List<UsageReading> readings, Instant now) {
    return switch (current) {
      case RateLimited limited -> lifted(limited.toActive(), readings, COOLDOWN, Set.of(), now);
      case QuotaExceeded exceeded ->
          lifted(exceeded.toActive(), readings, Duration.ZERO, PER_MINUTE, now);
      case Active _, ReauthRequired _, Deactivated _, Paused _ -> this;
    };
  }

  private Fitness lifted(
      Active active,
      List<UsageReading> readings,
      Duration cooldown,
      Set<String> beside,
      Instant now) {
    Instant from = since == null ? now : since.plus(cooldown);
    Instant told = null;
    for (UsageReading reading : readings) {
      Instant at = Windows.at(reading);
      double used = reading.usedAt(now);
      if (used >= FULL || (used > 0 && !at.isAfter(from))) {
        return this;
      }
      if (at.isAfter(from)
          && !beside.contains(reading.window())
          && (told == null || at.isAfter(told))) {
        told = at;
      }
    }
    return told == null ? this : to(active, told);
  }

  private Active active() {
    return switch (current) {
      case Active active -> active;
      case RateLimited limited -> limited.toActive();
      case QuotaExceeded exceeded -> exceeded.toActive();
      case ReauthRequired reauth -> reauth.toActive();
      case Deactivated deactivated -> deactivated.toActive();
      case Paused paused -> paused.toActive();
    };
  }

  private boolean newer(Instant at) {
    return since == null || at.isAfter(since);
  }

  private Fitness to(AccountState next, Instant at) {
    return new Fitness(next, next, newer(at) ? at : since);
  }

  private static boolean plausible(@Nullable Instant resetsAt, Instant now) {
    return resetsAt != null && resetsAt.isBefore(now.plus(LONGEST));
  }

  /// When the last of the windows known to be used up begins anew; null if none is.
  private static @Nullable Instant fullUntil(List<UsageReading> readings, Instant now) {
    Instant until = null;
    for (UsageReading reading : readings) {
      Instant resetsAt = reading.resetsAt();
      if (resetsAt != null
          && plausible(resetsAt, now)
          && reading.usedAt(now) >= FULL
          && !PER_MINUTE.contains(reading.window())
          && (until == null || resetsAt.isAfter(until))) {
        until = resetsAt;
      }
    }
    return until;
  }
}
