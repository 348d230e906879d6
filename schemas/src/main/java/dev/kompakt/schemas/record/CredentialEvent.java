package dev.kompakt.schemas.record;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the processes agree on who renews an account's token, and what came of it; the records of
/// `kompakt.credentials`, keyed by [#key]. The one partition's order decides.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface CredentialEvent {
  AccountId account();

  /// By the clock of whoever wrote it.
  Instant at();

  /// The record's key.
  default String key() {
    return switch (this) {
      case Claimed _, Released _ -> account() + "|claim";
      case Renewed _ -> account() + "|token";
    };
  }

  /// A process wants to be the one to renew. The claim holds if it follows what its owner went by:
  /// no record of the account lies between `after` and this one.
  ///
  /// @param owner who claims, a process and one try of it
  /// @param until the owner uses no token after that, by its own clock
  /// @param after the offset of the account's newest record as its owner knew it; -1 for none
  @JsonTypeName("claimed")
  record Claimed(AccountId account, String owner, Instant at, Instant until, long after)
      implements CredentialEvent {}

  /// A claim's owner came to no new token.
  ///
  /// @param claim its offset
  /// @param refusal what the token endpoint answered; null if it was not asked, or did not answer
  @JsonTypeName("released")
  record Released(AccountId account, long claim, Instant at, @Nullable Outcome refusal)
      implements CredentialEvent {}

  /// There is a new token.
  ///
  /// @param claim the offset of the claim it was had under, which ends with this
  /// @param expiresAt when the access token ends; null if that is not known
  /// @param sealed access and refresh token, sealed for this account, Base64
  /// @param origins keyed hashes of the refresh tokens of the config that are used up, newest last:
  ///   any other in the config is newer than this token
  @JsonTypeName("renewed")
  record Renewed(
      AccountId account,
      long claim,
      Instant at,
      @Nullable Instant expiresAt,
      String sealed,
      List<String> origins)
      implements CredentialEvent {
    public Renewed {
      origins = List.copyOf(origins);
    }
  }
}
