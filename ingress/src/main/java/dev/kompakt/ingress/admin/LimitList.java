package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminEndpoint;
import dev.kompakt.schemas.record.LearnedLimit;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `GET /admin/v1/limits`: what providers were seen to accept and to refuse, and holds now;
/// `provider=` and `model=` narrow it down.
final class LimitList implements AdminEndpoint {
  private static final Set<String> PARAMETERS = Set.of("provider", "model");

  private final Supplier<Collection<LearnedLimit>> limits;
  private final InstantSource clock;

  LimitList(Supplier<Collection<LearnedLimit>> limits, InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
  }

  @Override
  public Reply answer(Map<String, String> parameters) {
    Listing.allow(parameters, PARAMETERS);
    String provider = parameters.get("provider");
    String model = parameters.get("model");
    Instant now = clock.instant();
    List<ObjectNode> entries =
        limits.get().stream()
            .filter(limit -> provider == null || limit.key().provider().value().equals(provider))
            .filter(limit -> model == null || limit.key().model().equals(model))
            .filter(limit -> holds(limit, now))
            .sorted(Comparator.comparing(limit -> limit.key().toString()))
            .map(limit -> entry(limit, now))
            .toList();
    return Listing.of(entries, false);
  }

  private static boolean holds(LearnedLimit limit, Instant now) {
    return limit.expiresAt().isAfter(now) || missing(limit, now);
  }

  private static boolean missing(LearnedLimit limit, Instant now) {
    return limit.missingUntil() != null && limit.missingUntil().isAfter(now);
  }

  private static ObjectNode entry(LearnedLimit limit, Instant now) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("object", "limit");
    node.put("provider", limit.key().provider().value());
    node.put("model", limit.key().model());
    node.put("endpoint", Listing.lower(limit.key().endpoint()));
    boolean sizes = limit.expiresAt().isAfter(now);
    bound(node.putObject("bytes"), sizes ? limit.bytes() : LearnedLimit.Bound.UNKNOWN);
    bound(node.putObject("tokens"), sizes ? limit.tokens() : LearnedLimit.Bound.UNKNOWN);
    Listing.time(node, "expires_at", sizes ? limit.expiresAt() : null);
    Listing.time(node, "missing_until", missing(limit, now) ? limit.missingUntil() : null);
    Listing.time(node, "updated_at", limit.updatedAt());
    return node;
  }

  private static void bound(ObjectNode node, LearnedLimit.Bound bound) {
    node.put("largest_accepted", bound.largestAccepted());
    node.put("smallest_rejected", bound.smallestRejected());
  }
}
