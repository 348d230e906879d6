package dev.kompakt.ingress.relay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kompakt.ingress.relay.Upstreams.Reply;
import dev.kompakt.schemas.id.ProviderId;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The list of models, as the first provider gives it that can be asked. Thread-safe.
public final class Models {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration KEPT = Duration.ofSeconds(60);
  private static final int MOST_BYTES = 1 << 20;
  private static final Pattern VERSION = Pattern.compile("client_version=[A-Za-z0-9._-]{1,64}");

  private final Accounts accounts;
  private final Upstreams upstreams;
  private final Cache<Asked, ObjectNode> cache =
      Caffeine.newBuilder().maximumSize(100).expireAfterWrite(KEPT).build();

  private record Asked(ProviderId provider, String query) {}

  Models(Accounts accounts, Upstreams upstreams) {
    this.accounts = accounts;
    this.upstreams = upstreams;
  }

  /// The list, in the shape its provider gives it; an empty one if it cannot be had.
  ///
  /// @param query the client's; only `client_version` goes upstream
  /// @param allowed which models the caller may see
  public byte[] list(String query, Predicate<String> allowed) throws InterruptedException {
    String asked = VERSION.matcher(query).matches() ? query : "";
    ObjectNode list = find(asked).deepCopy();
    keep(list.path("data"), allowed);
    keep(list.path("models"), allowed);
    return JSON.writeValueAsBytes(list);
  }

  private static void keep(JsonNode models, Predicate<String> allowed) {
    if (models instanceof ArrayNode array) {
      for (int i = array.size() - 1; i >= 0; i--) {
        JsonNode model = array.get(i);
        String name = model.path("slug").asString(model.path("id").asString(""));
        if (!allowed.test(name)) {
          array.remove(i);
        }
      }
    }
  }

  /// The first provider's that gives one.
  private ObjectNode find(String query) throws InterruptedException {
    for (Seat seat : accounts.bestOfEach()) {
      Asked asked = new Asked(seat.provider().id(), query);
      ObjectNode list = cache.getIfPresent(asked);
      if (list == null) {
        list = ask(seat, query);
        if (list == null) {
          continue;
        }
        cache.put(asked, list);
      }
      return list;
    }
    return none();
  }

  private @Nullable ObjectNode ask(Seat seat, String query) throws InterruptedException {
    try {
      if (upstreams.models(seat, query.isEmpty() ? null : query) instanceof Reply.Answer answer) {
        byte[] bytes = Clockwork.readShort(answer.body(), MOST_BYTES, upstreams.idle());
        return bytes != null && JSON.readTree(bytes) instanceof ObjectNode list ? list : null;
      }
      return null;
    } catch (IOException | JacksonException e) {
      return null;
    }
  }

  private static ObjectNode none() {
    ObjectNode list = JSON.createObjectNode();
    list.put("object", "list").putArray("data");
    list.putArray("models");
    return list;
  }
}
