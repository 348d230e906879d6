package dev.kompakt.schemas.record;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import java.time.Instant;

/// What is known of an account's use; the records of `kompakt.accounts`.
///
/// @param calls upstream calls finished since the account was first seen
/// @param usage tokens of all of them
public record AccountStatus(
    AccountId account, ProviderId provider, long calls, Usage usage, Instant updatedAt) {}
