package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminEndpoint;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.route.Ask;
import dev.kompakt.bootstrap.route.Member;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.bootstrap.route.Pool;
import dev.kompakt.bootstrap.route.Routing;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.bootstrap.route.Verdict;
import dev.kompakt.ingress.publish.IdempotencyKeys;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.AccountStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `GET /admin/v1/routing/explain`: where a call would go now, and how each account stands to it,
/// the best first. `provider=`, `tokens=` and `session=` (with its `tenant=`) say what is called
/// for; `held=true` that only the session's account can read it. Judged by what all processes know,
/// and by what this one has in flight itself.
final class RoutingExplanation implements AdminEndpoint {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Set<String> PARAMETERS =
      Set.of("provider", "tokens", "session", "tenant", "held");

  private final KompaktConfig config;
  private final Function<AccountId, @Nullable AccountStatus> known;
  private final Function<AccountId, Standing> standing;
  private final Function<String, @Nullable AccountId> sessions;
  private final InstantSource clock;

  /// Makes one.
  ///
  /// @param standing what this process has seen of an account
  /// @param sessions the account of a session's hash; null if it has none
  RoutingExplanation(
      KompaktConfig config,
      Function<AccountId, @Nullable AccountStatus> known,
      Function<AccountId, Standing> standing,
      Function<String, @Nullable AccountId> sessions,
      InstantSource clock) {
    this.config = config;
    this.known = known;
    this.standing = standing;
    this.sessions = sessions;
    this.clock = clock;
  }

  @Override
  public Reply answer(Map<String, String> parameters) {
    Listing.allow(parameters, PARAMETERS);
    Ask ask = ask(parameters);
    Pool pool = pool(parameters.get("provider"));
    Instant now = clock.instant();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("object", "routing_explanation");
    decision(node, pool.choose(ask, now));
    node.put("session_account", ask.session() == null ? null : ask.session().value());
    ArrayNode accounts = node.putArray("accounts");
    for (Verdict verdict : pool.verdicts(ask, now)) {
      accounts.add(entry(verdict));
    }
    return Reply.json(JSON.writeValueAsString(node));
  }

  private Pool pool(@Nullable String provider) {
    List<KompaktConfig.Account> accounts =
        config.accounts().stream()
            .filter(account -> provider == null || account.provider().value().equals(provider))
            .toList();
    Pool pool = new Pool(accounts.stream().map(Member::of).toList(), Policy.of(config.routing()));
    for (KompaktConfig.Account account : accounts) {
      AccountStatus status = known.apply(account.id());
      if (status != null) {
        pool.learn(status);
      }
      pool.note(standing.apply(account.id()));
    }
    return pool;
  }

  private Ask ask(Map<String, String> parameters) {
    String session = parameters.get("session");
    TenantId tenant =
        parameters.containsKey("tenant") ? new TenantId(parameters.get("tenant")) : TenantId.LOCAL;
    AccountId bound =
        session == null ? null : sessions.apply(IdempotencyKeys.hash(tenant, session));
    boolean held = Listing.flag(parameters, "held");
    if (held && bound == null) {
      throw new IllegalArgumentException("held=true needs a session that has an account");
    }
    return new Ask(bound, held, Set.of(), tokens(parameters.get("tokens")));
  }

  private static long tokens(@Nullable String text) {
    try {
      long tokens = text == null ? 0 : Long.parseLong(text);
      if (tokens >= 0) {
        return tokens;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new IllegalArgumentException("tokens must be a number of 0 or more");
  }

  private static void decision(ObjectNode node, Routing routing) {
    switch (routing) {
      case Routing.Use(AccountId account, Routing.Reason reason) -> {
        node.put("decision", "use");
        node.put("account", account.value());
        node.put("reason", Listing.lower(reason));
      }
      case Routing.Wait(Instant until, var cause) -> {
        node.put("decision", "wait");
        node.put("until", until.getEpochSecond());
        node.put("reason", Listing.lower(cause));
      }
      case Routing.Nowhere(Routing.Nowhere.Cause cause) -> {
        node.put("decision", "nowhere");
        node.put("reason", Listing.lower(cause));
      }
    }
  }

  private static ObjectNode entry(Verdict verdict) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("account", verdict.account().value());
    node.put("grade", Listing.lower(verdict.grade()));
    node.put("why", verdict.words());
    node.put("used_percent", verdict.used());
    node.put("pressure_percent", verdict.pressure());
    node.put("in_flight", verdict.inFlight());
    Instant until = verdict.until();
    node.put("until", until == null ? null : until.getEpochSecond());
    return node;
  }
}
