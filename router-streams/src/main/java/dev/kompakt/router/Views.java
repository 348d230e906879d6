package dev.kompakt.router;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.LogView;
import dev.kompakt.router.topology.AccountFeed;
import dev.kompakt.router.topology.Published;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.topic.Topics;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The topics a router reads whole: what is known of accounts, sessions and limits. Nothing is
/// known before it is opened.
final class Views implements AutoCloseable {
  private static final int MOST_ACCOUNTS = 20_000;
  private static final int MOST_LIMITS = 10_000;

  /// Of more sessions those least asked for are forgotten, and may move.
  private static final int MOST_SESSIONS = 100_000;

  private final KafkaClients clients;
  private final AccountFeed accounts = new AccountFeed();
  private volatile @Nullable LogView<AccountId, AccountStatus> statuses;
  private volatile @Nullable LogView<String, SessionBinding> sessions;
  private volatile @Nullable LogView<LimitKey, LearnedLimit> limits;
  private volatile List<LogView<?, ?>> all = List.of();

  Views(KafkaClients clients) {
    this.clients = clients;
  }

  Published published() {
    return new Published(accounts, this::session, this::limit);
  }

  /// Begins to follow; completes once all that was written before has been read.
  CompletableFuture<Void> open() {
    LogView<String, SessionBinding> bound =
        LogView.follow(clients, Topics.SESSIONS, MOST_SESSIONS, (_, _) -> {});
    LogView<LimitKey, LearnedLimit> learned =
        LogView.follow(clients, Topics.LIMITS, MOST_LIMITS, (_, _) -> {});
    LogView<AccountId, AccountStatus> folded =
        LogView.follow(
            clients, Topics.ACCOUNTS, MOST_ACCOUNTS, (_, status) -> accounts.publish(status));
    statuses = folded;
    sessions = bound;
    limits = learned;
    all = List.of(folded, bound, learned);
    return CompletableFuture.allOf(
        all.stream().map(LogView::loaded).toArray(CompletableFuture<?>[]::new));
  }

  /// What is known of an account; null if nothing.
  @Nullable AccountStatus account(AccountId account) {
    LogView<AccountId, AccountStatus> view = statuses;
    return view == null ? null : view.get(account).orElse(null);
  }

  private @Nullable SessionBinding session(String session) {
    LogView<String, SessionBinding> view = sessions;
    return view == null ? null : view.get(session).orElse(null);
  }

  private @Nullable LearnedLimit limit(LimitKey key) {
    LogView<LimitKey, LearnedLimit> view = limits;
    return view == null ? null : view.get(key).orElse(null);
  }

  @Override
  public void close() {
    all.forEach(LogView::close);
  }
}
