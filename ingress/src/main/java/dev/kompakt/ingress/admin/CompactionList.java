package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminEndpoint;
import dev.kompakt.ingress.answer.CompactionObject;
import dev.kompakt.ingress.answer.CompactionObject.State;
import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.schemas.record.CompactionStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// `GET /admin/v1/compactions`: the compactions of all tenants, newest first; `status=`, `tenant=`
/// and `limit=` narrow it down.
final class CompactionList implements AdminEndpoint {
  private static final Set<String> PARAMETERS = Set.of("status", "tenant", "limit");
  private static final int DEFAULT_LIMIT = 50;

  private final Statuses statuses;

  CompactionList(Statuses statuses) {
    this.statuses = statuses;
  }

  @Override
  public Reply answer(Map<String, String> query) {
    Listing.allow(query, PARAMETERS);
    State state = state(query.get("status"));
    String tenant = query.get("tenant");
    int limit = Listing.limit(query.get("limit"), DEFAULT_LIMIT);
    List<CompactionStatus> newest =
        statuses.all().stream()
            .filter(status -> state == null || State.of(status) == state)
            .filter(status -> tenant == null || status.tenant().value().equals(tenant))
            .sorted(Comparator.comparing(CompactionStatus::acceptedAt).reversed())
            .limit(limit + 1L)
            .toList();
    return Listing.of(
        newest.stream().limit(limit).map(CompactionList::entry).toList(), newest.size() > limit);
  }

  private static ObjectNode entry(CompactionStatus status) {
    ObjectNode entry = CompactionObject.of(status).tree();
    entry.put("tenant", status.tenant().value());
    entry.put("mode", Listing.lower(status.mode()));
    entry.put("updated_at", status.updatedAt().getEpochSecond());
    return entry;
  }

  private static @Nullable State state(@Nullable String text) {
    if (text == null) {
      return null;
    }
    return Stream.of(State.values())
        .filter(state -> state.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "status must be one of "
                        + Stream.of(State.values()).map(State::text).toList()));
  }
}
