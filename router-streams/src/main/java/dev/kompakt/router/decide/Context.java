package dev.kompakt.router.decide;

import dev.kompakt.router.route.Upstream;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a decision is taken in; it is read and not changed.
///
/// @param upstreams the configured provider of an id, with what is known of its accounts; null if
///   there is none
/// @param limits what was learned of an endpoint; null if nothing
public record Context(
    Instant now,
    Function<ProviderId, @Nullable Upstream> upstreams,
    Bindings sessions,
    Function<LimitKey, @Nullable LearnedLimit> limits) {
  boolean lacksNative(ProviderId provider, String model) {
    LearnedLimit limit = limits.apply(new LimitKey(provider, LimitKey.Endpoint.COMPACT, model));
    return limit != null && limit.missingUntil() != null && limit.missingUntil().isAfter(now);
  }
}
