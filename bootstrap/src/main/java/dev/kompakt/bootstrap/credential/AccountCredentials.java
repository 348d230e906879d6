package dev.kompakt.bootstrap.credential;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.TopicFollower;
import dev.kompakt.bootstrap.kafka.TopicWriter;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.seal.CredentialSeal;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.CredentialEvent;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.topic.Topics;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The credentials of a config's accounts: API keys, and tokens that are renewed by one process at
/// a time and kept in `kompakt.credentials`. Thread-safe.
public final class AccountCredentials implements Credentials, AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration GRACE = Duration.ofSeconds(10);

  /// Renewals at once, over all accounts.
  private static final int MOST_RENEWALS = 32;

  private final Credentials keys;
  private final Map<AccountId, OAuthAccount> accounts = new HashMap<>();
  private final ShortCalls calls = new ShortCalls(CONNECT);
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("credential-", 0).factory());
  private @Nullable TopicFollower<String, CredentialEvent> follower;

  private AccountCredentials(KompaktConfig config) {
    keys = Credentials.ofKeys(config);
  }

  /// Reads the config's secrets, and begins to follow the log if a token is among them.
  ///
  /// @throws ConfigException if a secret or a header is missing or malformed
  public static AccountCredentials open(
      KompaktConfig config,
      KafkaClients clients,
      SealingKey key,
      Health health,
      Meters meters,
      InstantSource clock) {
    AccountCredentials credentials = new AccountCredentials(config);
    TopicWriter<String, CredentialEvent> writer = clients.writer(Topics.CREDENTIALS);
    CredentialLog log = new CredentialLog(event -> writer.sendAndWait(event.key(), event).offset());
    Means means =
        new Means(
            UUID.randomUUID().toString(),
            log,
            new TokenEndpoint(credentials.calls, clock),
            new Semaphore(MOST_RENEWALS, true),
            credentials.threads,
            Timing.DEFAULT,
            clock);
    TopicWriter<String, Report> reports = clients.writer(Topics.OUTCOMES);
    for (KompaktConfig.Account account : config.accounts()) {
      KompaktConfig.OAuth oauth = account.oauth();
      if (oauth != null) {
        credentials.accounts.put(
            account.id(), account(account, oauth, key, means, reports, meters));
      }
    }
    if (!credentials.accounts.isEmpty()) {
      health.require("credentials have been read", log::isLoaded);
      credentials.follow(clients, log);
    }
    return credentials;
  }

  private static OAuthAccount account(
      KompaktConfig.Account account,
      KompaktConfig.OAuth oauth,
      SealingKey key,
      Means means,
      TopicWriter<String, Report> reports,
      Meters meters) {
    AccountId id = account.id();
    SealedTokens tokens = new SealedTokens(new CredentialSeal(key), id, account.credential());
    return new OAuthAccount(
        id,
        headers(id, oauth),
        tokens,
        new Renewal(id, oauth, tokens, means),
        means,
        result -> {
          switch (result) {
            case Renewal.Result.Newer(_, _, boolean here) -> {
              if (here) {
                meters.count(Meter.CREDENTIALS_RENEWED, id.value(), "renewed");
                AccountReport report =
                    new AccountReport.CredentialRenewed(
                        id, account.provider(), means.clock().instant());
                var _ = reports.send(report.key(), report);
              }
            }
            case Renewal.Result.Failed _ ->
                meters.count(Meter.CREDENTIALS_RENEWED, id.value(), "failed");
          }
        });
  }

  /// The config's headers as a request takes them.
  private static Map<String, String> headers(AccountId account, KompaktConfig.OAuth oauth) {
    Map<String, String> headers = new HashMap<>();
    Map<String, String> given = oauth.headers();
    if (given != null) {
      given.forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
    }
    HttpRequest.Builder request = HttpRequest.newBuilder(oauth.tokenUrl());
    headers.forEach(
        (name, value) -> {
          try {
            request.setHeader(name, value);
          } catch (IllegalArgumentException e) {
            throw new ConfigException(
                "accounts." + account + ".oauth.headers." + name, "is no header that can be sent");
          }
        });
    return headers;
  }

  private void follow(KafkaClients clients, CredentialLog log) {
    TopicFollower<String, CredentialEvent> followed =
        TopicFollower.follow(
            clients,
            Topics.CREDENTIALS,
            (offset, _, event) -> {
              if (event != null) {
                log.read(offset, event);
              }
            });
    follower = followed;
    var _ =
        followed
            .loaded()
            .thenRun(
                () -> {
                  log.loaded();
                  accounts.values().forEach(OAuthAccount::succeedStored);
                });
  }

  @Override
  public Access access(AccountId account) throws InterruptedException {
    OAuthAccount renewed = accounts.get(account);
    return renewed == null ? keys.access(account) : renewed.access();
  }

  @Override
  public Access renew(AccountId account, Access.Granted refused) throws InterruptedException {
    OAuthAccount renewed = accounts.get(account);
    return renewed == null ? keys.renew(account, refused) : renewed.after(refused);
  }

  /// Lets renewals end within a grace, so that no token is lost that was already had.
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
    calls.close();
    if (follower != null) {
      follower.close();
    }
  }
}
