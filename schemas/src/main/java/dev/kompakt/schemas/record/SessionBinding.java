package dev.kompakt.schemas.record;

import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;

/// Which account a session stays with; the records of `kompakt.sessions`, keyed by the session's
/// hash.
public record SessionBinding(AccountId account, Instant lastUsed) {}
