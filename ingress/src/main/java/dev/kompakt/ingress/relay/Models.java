package dev.kompakt.ingress.relay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kompakt.ingress.relay.Accounts.Choice;
import dev.kompakt.ingress.relay.Upstreams.Reply;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The list of models, as an account's provider gives it. Thread-safe.
public final class Models {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration KEPT = Duration.ofSeconds(60);
  private static final int MOST_BYTES = 1 << 20;
  private static final Pattern VERSION = Pattern.compile("client_version=[A-Za-z0-9._-]{1,64}");

  private final Accounts accounts;
  private final Upstreams upstreams;
  private final InstantSource clock;
  private final Cache<String, ObjectNode> cache =
      Caffeine.newBuilder().maximumSize(100).expireAfterWrite(KEPT).build();

  Models(Accounts accounts, Upstreams upstreams, InstantSource clock) {
    this.accounts = accounts;
    this.upstreams = upstreams;
    this.clock = clock;
  }

  /// The list, in the shape its provider gives it; an empty one if it cannot be had.
  ///
  /// @param query the client's; only `client_version` goes upstream
  /// @param allowed which models the caller may see
  public byte[] list(String query, Predicate<String> allowed) throws InterruptedException {
    String asked = VERSION.matcher(query).matches() ? query : "";
    ObjectNode known = cache.getIfPresent(asked);
    if (known == null) {
      known = ask(asked.isEmpty() ? null : asked);
      if (known == null) {
        known = none();
      } else {
        cache.put(asked, known);
      }
    }
    ObjectNode list = known.deepCopy();
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

  private @Nullable ObjectNode ask(@Nullable String query) throws InterruptedException {
    if (!(accounts.choose(null, null, Set.of(), clock.instant()) instanceof Choice.Use(var seat))) {
      return null;
    }
    try {
      if (upstreams.models(seat, query) instanceof Reply.Answer answer) {
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
