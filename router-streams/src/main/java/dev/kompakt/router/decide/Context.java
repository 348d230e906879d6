package dev.kompakt.router.decide;

import dev.kompakt.router.route.Upstream;
import dev.kompakt.schemas.id.ProviderId;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a decision is taken in; it is read and not changed.
///
/// @param upstreams the configured provider of an id, with what is known of its accounts; null if
///   there is none
public record Context(Instant now, Function<ProviderId, @Nullable Upstream> upstreams) {}
