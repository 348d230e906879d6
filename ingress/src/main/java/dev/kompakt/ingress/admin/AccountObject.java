package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An account as operators see it: `{"object":"account",…}`. Times are in seconds since 1970.
final class AccountObject {
  private AccountObject() {}

  /// What is known of an account of the config.
  ///
  /// @param status null if nothing was heard of it
  static ObjectNode of(KompaktConfig.Account account, @Nullable AccountStatus status, Instant now) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("object", "account");
    node.put("id", account.id().value());
    node.put("provider", account.provider().value());
    AccountState state = status == null ? new AccountState.Active() : status.stateAt(now);
    node.put("state", state.text());
    Listing.time(node, "until", until(state));
    Listing.time(node, "since", status == null ? null : status.since());
    ObjectNode windows = node.putObject("windows");
    for (UsageReading reading : readings(status)) {
      ObjectNode window = windows.putObject(reading.window());
      window.put("used_percent", reading.usedAt(now));
      Listing.time(window, "resets_at", reading.resetsAt());
      Listing.time(window, "said_at", reading.at());
    }
    ObjectNode quota = node.putObject("quota");
    quota.put("concurrency", account.limits().parallel());
    quota.put("requests_per_minute", account.limits().requestsPerMinute());
    quota.put("tokens_per_minute", account.limits().tokensPerMinute());
    quota.putPOJO("ceilings", account.limits().windows());
    node.put("calls", status == null ? 0 : status.calls());
    node.put("input_tokens", status == null ? 0 : status.usage().inputTokens());
    node.put("output_tokens", status == null ? 0 : status.usage().outputTokens());
    Listing.time(node, "updated_at", status == null ? null : status.updatedAt());
    return node;
  }

  private static @Nullable Instant until(AccountState state) {
    return switch (state) {
      case AccountState.RateLimited(Instant until) -> until;
      case AccountState.QuotaExceeded(Instant until) -> until;
      case AccountState.Active _,
          AccountState.ReauthRequired _,
          AccountState.Deactivated _,
          AccountState.Paused _ ->
          null;
    };
  }

  private static List<UsageReading> readings(@Nullable AccountStatus status) {
    return status == null || status.readings() == null ? List.of() : status.readings();
  }
}
