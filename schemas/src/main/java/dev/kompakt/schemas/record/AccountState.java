package dev.kompakt.schemas.record;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;

/// Whether an account may be used. Each state offers the transitions that are legal from it; an
/// operator's [Paused] only an operator ends.
///
/// ```
/// active          → rate_limited, quota_exceeded, reauth_required, deactivated, paused
/// rate_limited    → active, quota_exceeded, reauth_required, deactivated, paused
/// quota_exceeded  → active, reauth_required, deactivated, paused
/// reauth_required → active, deactivated, paused
/// deactivated     → active, paused
/// paused          → active
/// ```
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface AccountState {
  /// The state as it is at a moment: what was for a time has passed by then.
  default AccountState at(Instant now) {
    return switch (this) {
      case RateLimited limited -> limited.until().isAfter(now) ? limited : limited.toActive();
      case QuotaExceeded exceeded -> exceeded.until().isAfter(now) ? exceeded : exceeded.toActive();
      case Active _, ReauthRequired _, Deactivated _, Paused _ -> this;
    };
  }

  /// The state's name in records, in the API and in metrics.
  default String text() {
    return switch (this) {
      case Active _ -> "active";
      case RateLimited _ -> "rate_limited";
      case QuotaExceeded _ -> "quota_exceeded";
      case ReauthRequired _ -> "reauth_required";
      case Deactivated _ -> "deactivated";
      case Paused _ -> "paused";
    };
  }

  /// It may be used.
  @JsonTypeName("active")
  record Active() implements AccountState {
    public RateLimited toRateLimited(Instant until) {
      return new RateLimited(until);
    }

    public QuotaExceeded toQuotaExceeded(Instant until) {
      return new QuotaExceeded(until);
    }

    public ReauthRequired toReauthRequired() {
      return new ReauthRequired();
    }

    public Deactivated toDeactivated() {
      return new Deactivated();
    }

    public Paused toPaused() {
      return new Paused();
    }
  }

  /// It answered "too many requests".
  ///
  /// @param until the first moment it may be used again
  @JsonTypeName("rate_limited")
  record RateLimited(Instant until) implements AccountState {
    public Active toActive() {
      return new Active();
    }

    /// The later end counts.
    public RateLimited toRateLimited(Instant another) {
      return new RateLimited(another.isAfter(until) ? another : until);
    }

    public QuotaExceeded toQuotaExceeded(Instant another) {
      return new QuotaExceeded(another.isAfter(until) ? another : until);
    }

    public ReauthRequired toReauthRequired() {
      return new ReauthRequired();
    }

    public Deactivated toDeactivated() {
      return new Deactivated();
    }

    public Paused toPaused() {
      return new Paused();
    }
  }

  /// A window of its plan, or its credit, is used up.
  ///
  /// @param until when that is renewed
  @JsonTypeName("quota_exceeded")
  record QuotaExceeded(Instant until) implements AccountState {
    public Active toActive() {
      return new Active();
    }

    /// Upstream's newest word counts.
    public QuotaExceeded toQuotaExceeded(Instant another) {
      return new QuotaExceeded(another);
    }

    public ReauthRequired toReauthRequired() {
      return new ReauthRequired();
    }

    public Deactivated toDeactivated() {
      return new Deactivated();
    }

    public Paused toPaused() {
      return new Paused();
    }
  }

  /// Its credential is refused and cannot be renewed without its owner.
  @JsonTypeName("reauth_required")
  record ReauthRequired() implements AccountState {
    public Active toActive() {
      return new Active();
    }

    public Deactivated toDeactivated() {
      return new Deactivated();
    }

    public Paused toPaused() {
      return new Paused();
    }
  }

  /// The provider has closed it.
  @JsonTypeName("deactivated")
  record Deactivated() implements AccountState {
    public Active toActive() {
      return new Active();
    }

    public Paused toPaused() {
      return new Paused();
    }
  }

  /// An operator took it out of use.
  @JsonTypeName("paused")
  record Paused() implements AccountState {
    public Active toActive() {
      return new Active();
    }
  }
}
