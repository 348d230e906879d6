package dev.kompakt.router.topology;

import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.SessionBinding;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What all routers have published together, as far as it has come to this process. Asked on stream
/// threads; must not block.
///
/// @param sessions what a session, by its hash, was last bound to; null if to nothing
/// @param limits what was learned of an endpoint; null if nothing
public record Published(
    AccountFeed accounts,
    Function<String, @Nullable SessionBinding> sessions,
    Function<LimitKey, @Nullable LearnedLimit> limits) {}
