package dev.kompakt.schemas.record;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is reported of an account beside its calls; keyed by [#key].
public sealed interface AccountReport extends Report {
  /// Begins the keys of these records and of no others.
  String KEY_PREFIX = "account:";

  AccountId account();

  ProviderId provider();

  /// The record's key.
  default String key() {
    return KEY_PREFIX + account();
  }

  /// An operator took it out of use.
  @JsonTypeName("pause_asked")
  record PauseAsked(AccountId account, ProviderId provider, Instant at) implements AccountReport {}

  /// An operator put it to use again, whatever its state was.
  @JsonTypeName("resume_asked")
  record ResumeAsked(AccountId account, ProviderId provider, Instant at) implements AccountReport {}

  /// It was tried with a call that costs no tokens: an operator wanted it, or its usage was asked
  /// for and refused for good.
  ///
  /// @param readings what upstream said of its quota; null for nothing
  /// @param refusal why it was refused; null if it was not, so that it may be used unless paused
  @JsonTypeName("probed")
  record Probed(
      AccountId account,
      ProviderId provider,
      Instant at,
      @Nullable List<UsageReading> readings,
      @Nullable Outcome refusal)
      implements AccountReport {
    public Probed {
      readings = readings == null ? null : List.copyOf(readings);
    }
  }

  /// Its usage was asked for.
  @JsonTypeName("usage_polled")
  record UsagePolled(
      AccountId account, ProviderId provider, Instant at, List<UsageReading> readings)
      implements AccountReport {
    public UsagePolled {
      readings = List.copyOf(readings);
    }
  }

  /// Its credential was renewed, so that a refusal of the old one no longer counts.
  @JsonTypeName("credential_renewed")
  record CredentialRenewed(AccountId account, ProviderId provider, Instant at)
      implements AccountReport {}
}
