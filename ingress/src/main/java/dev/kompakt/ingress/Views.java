package dev.kompakt.ingress;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.LogView;
import dev.kompakt.ingress.publish.IdempotencyKeys;
import dev.kompakt.ingress.publish.StatusFeed;
import dev.kompakt.ingress.relay.Accounts;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.TenantUsage;
import dev.kompakt.schemas.topic.Topics;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What the ingress knows from the tables of the log, followed from their beginning. Thread-safe.
record Views(
    LogView<CompactionId, CompactionStatus> compactions,
    LogView<LimitKey, LearnedLimit> limits,
    LogView<TenantId, TenantUsage> tenants,
    LogView<AccountId, AccountStatus> accounts,
    LogView<String, SessionBinding> sessions)
    implements AutoCloseable {
  private static final int MAX_STATUSES = 200_000;
  private static final int MAX_LIMITS = 10_000;
  private static final int MAX_TENANTS = 10_000;
  private static final int MAX_ACCOUNTS = 10_000;
  private static final int MAX_SESSIONS = 100_000;

  /// Begins to read.
  ///
  /// @param feed told of every status, as `keys` are
  /// @param accounts told of every account's
  static Views follow(
      KafkaClients clients, StatusFeed feed, IdempotencyKeys keys, Accounts accounts) {
    return new Views(
        LogView.follow(
            clients,
            Topics.COMPACTIONS,
            MAX_STATUSES,
            (_, status) -> {
              keys.learn(status);
              feed.changed(status);
            },
            feed::unreadable),
        LogView.follow(clients, Topics.LIMITS, MAX_LIMITS, (_, _) -> {}),
        LogView.follow(clients, Topics.TENANTS, MAX_TENANTS, (_, _) -> {}),
        LogView.follow(
            clients, Topics.ACCOUNTS, MAX_ACCOUNTS, (_, status) -> accounts.learn(status)),
        LogView.follow(clients, Topics.SESSIONS, MAX_SESSIONS, (_, _) -> {}));
  }

  /// Done once all that Kafka held at the beginning has been read.
  CompletableFuture<Void> loaded() {
    return CompletableFuture.allOf(
        all().stream().map(LogView::loaded).toArray(CompletableFuture<?>[]::new));
  }

  /// Tokens the tenant has used on a day.
  long tokens(LocalDate day, TenantId tenant) {
    return tenants
        .get(tenant)
        .filter(used -> used.day().equals(day))
        .map(used -> used.usage().inputTokens() + used.usage().outputTokens())
        .orElse(0L);
  }

  private List<LogView<?, ?>> all() {
    return List.of(compactions, limits, tenants, accounts, sessions);
  }

  @Override
  public void close() {
    all().forEach(LogView::close);
  }
}
