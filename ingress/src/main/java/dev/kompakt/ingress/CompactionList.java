package dev.kompakt.ingress;

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
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `GET /admin/v1/compactions`: the compactions of all tenants, newest first; `status=`, `tenant=`
/// and `limit=` narrow it down.
final class CompactionList implements AdminEndpoint {
  static final String PATH = "/admin/v1/compactions";

  private static final JsonMapper JSON = new JsonMapper();
  private static final Set<String> PARAMETERS = Set.of("status", "tenant", "limit");
  private static final int DEFAULT_LIMIT = 50;
  private static final int MAX_LIMIT = 1_000;

  private final Statuses statuses;

  CompactionList(Statuses statuses) {
    this.statuses = statuses;
  }

  @Override
  public Reply answer(Map<String, String> query) {
    for (String name : query.keySet()) {
      if (!PARAMETERS.contains(name)) {
        throw new IllegalArgumentException("there is no parameter '" + name + "'");
      }
    }
    State state = state(query.get("status"));
    String tenant = query.get("tenant");
    int limit = limit(query.get("limit"));
    List<CompactionStatus> newest =
        statuses.all().stream()
            .filter(status -> state == null || State.of(status) == state)
            .filter(status -> tenant == null || status.tenant().value().equals(tenant))
            .sorted(Comparator.comparing(CompactionStatus::acceptedAt).reversed())
            .limit(limit + 1L)
            .toList();
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("object", "list");
    ArrayNode data = list.putArray("data");
    newest.stream().limit(limit).map(CompactionList::entry).forEach(data::add);
    list.put("has_more", newest.size() > limit);
    return Reply.json(JSON.writeValueAsString(list));
  }

  private static ObjectNode entry(CompactionStatus status) {
    ObjectNode entry = CompactionObject.of(status).tree();
    entry.put("tenant", status.tenant().value());
    entry.put("mode", status.mode().name());
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

  private static int limit(@Nullable String text) {
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MAX_LIMIT) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT);
  }
}
