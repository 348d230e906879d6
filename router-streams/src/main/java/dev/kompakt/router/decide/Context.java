package dev.kompakt.router.decide;

import dev.kompakt.router.route.Standing;
import dev.kompakt.router.route.Upstream;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a decision is taken in.
///
/// @param upstreams the configured provider of an id, null if there is none
/// @param standings what was noted of an account, null if nothing
public record Context(
    Instant now,
    Function<ProviderId, @Nullable Upstream> upstreams,
    Function<AccountId, @Nullable Standing> standings) {}
