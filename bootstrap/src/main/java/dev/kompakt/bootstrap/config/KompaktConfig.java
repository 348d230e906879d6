package dev.kompakt.bootstrap.config;

import static dev.kompakt.bootstrap.config.Bounds.between;
import static dev.kompakt.bootstrap.config.Bounds.range;
import static dev.kompakt.bootstrap.config.Bounds.unique;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Mode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The whole configuration. Made by [ConfigLoader]; what a key means stands in
/// `kompakt-defaults.yaml`.
public record KompaktConfig(
    Kafka kafka,
    Ingress ingress,
    Admin admin,
    Sealing sealing,
    List<Provider> providers,
    List<Account> accounts,
    Compaction compaction,
    Routing routing,
    Upstream upstream,
    Worker worker,
    Router router,
    List<Client> clients,
    String clientsFile,
    Log log) {
  private static final ByteSize KIB = new ByteSize(1 << 10);
  private static final ByteSize MIB = new ByteSize(1 << 20);
  private static final ByteSize MOST_IN_FLIGHT = new ByteSize(1L << 40);
  private static final ByteSize MIB_256 = new ByteSize(256L << 20);

  public KompaktConfig {
    providers = List.copyOf(providers);
    accounts = List.copyOf(accounts);
    clients = List.copyOf(clients);
    unique("providers", providers.stream().map(p -> p.id().value()).toList());
    unique("accounts", accounts.stream().map(a -> a.id().value()).toList());
    ClientsFile.checkUnique("clients", clients);
    Set<ProviderId> known = providers.stream().map(Provider::id).collect(Collectors.toSet());
    for (Account account : accounts) {
      if (!known.contains(account.provider())) {
        throw new ConfigException(
            "accounts." + account.id() + ".provider",
            "there is no provider '" + account.provider() + "'; known: " + known);
      }
    }
    if (!ingress.listen().isLoopback()
        && clients.isEmpty()
        && !new ClientsFile(Paths.expand(clientsFile)).exists()) {
      throw new ConfigException(
          "ingress.listen",
          ingress.listen()
              + " can be reached by others: make a key with `kompakt key create --id NAME`, or"
              + " listen on 127.0.0.1");
    }
    if (!admin.listen().isLoopback() && admin.key() == null) {
      throw new ConfigException(
          "admin.listen",
          admin.listen()
              + " can be reached by others: set admin.key to env:NAME or file:PATH, or listen on"
              + " 127.0.0.1");
    }
  }

  /// The file of client keys.
  public ClientsFile clientKeys() {
    return new ClientsFile(Paths.expand(clientsFile));
  }

  /// Whether callers need a key.
  public boolean keyed() {
    return !clients.isEmpty() || clientKeys().exists();
  }

  /// Whether compactions are made without any upstream, because no account is configured.
  public boolean localOnly() {
    return accounts.isEmpty();
  }

  public record Kafka(
      String bootstrap,
      String dataDir,
      int partitions,
      int lanes,
      int replication,
      Map<String, String> client) {
    private static final Pattern ADDRESS =
        Pattern.compile("[^\\s,:/]+:\\d{1,5}|\\[[0-9a-fA-F:]+]:\\d{1,5}");

    public Kafka {
      client = Map.copyOf(client);
      range("kafka.partitions", partitions, 1, 1000);
      range("kafka.lanes", lanes, 1, 1000);
      if (replication != -1) {
        range("kafka.replication", replication, 1, 15);
      }
      if (!bootstrap.equals("embedded")) {
        for (String address : bootstrap.split(",", -1)) {
          if (!ADDRESS.matcher(address.strip()).matches()) {
            throw new ConfigException(
                "kafka.bootstrap",
                "'" + bootstrap + "' is neither embedded nor host:port,host:port");
          }
        }
      }
    }

    /// Whether the broker is to run in this process.
    public boolean embedded() {
      return bootstrap.equals("embedded");
    }

    public Path dataPath() {
      return Paths.expand(dataDir);
    }

    /// The same for another broker address.
    public Kafka withBootstrap(String address) {
      return new Kafka(address, dataDir, partitions, lanes, replication, client);
    }
  }

  public record Ingress(
      HostPort listen,
      ByteSize maxBodyBytes,
      Duration bodyDeadline,
      Duration bodyIdle,
      ByteSize maxBodyBytesInFlight,
      int maxRequests,
      Lanes lanes,
      Connections connections,
      ByteSize minBodyRate,
      Keepalive keepalive) {
    public Ingress {
      range("ingress.maxBodyBytes", maxBodyBytes, KIB, MIB_256);
      range("ingress.maxRequests", maxRequests, 1, 1_000_000);
      between("ingress.bodyDeadline", bodyDeadline, Duration.ofSeconds(1), Duration.ofHours(1));
      between("ingress.bodyIdle", bodyIdle, Duration.ofMillis(100), Duration.ofMinutes(10));
      range("ingress.minBodyRate", minBodyRate, new ByteSize(0), MIB);
      range("ingress.maxBodyBytesInFlight", maxBodyBytesInFlight, KIB, MOST_IN_FLIGHT);
    }
  }

  /// Room for each kind of request, so that none keeps the others out.
  ///
  /// @param admin status, events, cancellation and models
  public record Lanes(Lane compact, Lane responses, Lane admin) {
    public Lanes {
      compact.check("compact");
      responses.check("responses");
      admin.check("admin");
    }
  }

  /// Room for one kind of request.
  public record Lane(int maxRequests, ByteSize maxBodyBytesInFlight) {
    private void check(String name) {
      String key = "ingress.lanes." + name + ".";
      range(key + "maxRequests", maxRequests, 1, 1_000_000);
      range(key + "maxBodyBytesInFlight", maxBodyBytesInFlight, KIB, MOST_IN_FLIGHT);
    }
  }

  /// What connections may be held open at most, and for how long.
  public record Connections(int perAddress, Duration headTimeout, Duration idleTimeout) {
    public Connections {
      String key = "ingress.connections.";
      range(key + "perAddress", perAddress, 1, 1_000_000);
      between(key + "headTimeout", headTimeout, Duration.ofMillis(100), Duration.ofMinutes(5));
      between(key + "idleTimeout", idleTimeout, Duration.ofMillis(100), Duration.ofHours(1));
    }
  }

  public record Keepalive(Duration firstAfter, Duration every) {
    public Keepalive {
      between(
          "ingress.keepalive.firstAfter",
          firstAfter,
          Duration.ofMillis(50),
          Duration.ofSeconds(250));
      between("ingress.keepalive.every", every, Duration.ofMillis(50), Duration.ofSeconds(60));
    }
  }

  public record Admin(HostPort listen, @Nullable Secret key) {
    /// The key callers of the admin plane send; null if none is asked for.
    ///
    /// @throws ConfigException if it is not there, saying what to set
    public @Nullable String credential() {
      return key == null ? null : key.resolve("admin.key");
    }
  }

  public record Sealing(Secret key) {}

  /// A place where compactions are made.
  ///
  /// @param chunkBytes split to calls of at most so many bytes before the first refusal
  /// @param rejectedTools tool types this provider refuses
  /// @param usageUrl answers how much of its windows an account has used; null if there is no such
  ///   address
  public record Provider(
      @JsonProperty(required = true) ProviderId id,
      @JsonProperty(required = true) URI baseUrl,
      @JsonProperty(required = true) Mode mode,
      @Nullable ByteSize chunkBytes,
      @Nullable List<String> rejectedTools,
      @Nullable URI usageUrl) {
    public Provider {
      String key = "providers." + id;
      web(key + ".baseUrl", baseUrl);
      if (usageUrl != null) {
        web(key + ".usageUrl", usageUrl);
      }
      if (mode == Mode.LOCAL) {
        throw new ConfigException(
            key + ".mode", "local needs no provider; use native, trigger or summarize");
      }
      if (chunkBytes != null) {
        range(key + ".chunkBytes", chunkBytes, new ByteSize(64 << 10), MIB_256);
      }
      rejectedTools = rejectedTools == null ? List.of() : List.copyOf(rejectedTools);
    }
  }

  /// A credential at a provider: either an API key, or a token that is renewed.
  public record Account(
      @JsonProperty(required = true) AccountId id,
      @JsonProperty(required = true) ProviderId provider,
      @Nullable Secret apiKey,
      @Nullable OAuth oauth,
      @Nullable Quota quota) {
    public Account {
      quota = quota == null ? Quota.DEFAULT : quota;
      quota.check("accounts." + id + ".quota.");
      if ((apiKey == null) == (oauth == null)) {
        throw new ConfigException(
            "accounts." + id,
            "takes either apiKey or oauth, and has " + (oauth == null ? "none" : "both"));
      }
      if (oauth != null) {
        web("accounts." + id + ".oauth.tokenUrl", oauth.tokenUrl());
      }
    }

    /// What it is first called with, an API key or a refresh token.
    ///
    /// @throws ConfigException if it is not there, saying what to set
    public String credential() {
      String key = "accounts." + id + (apiKey == null ? ".oauth.refreshToken" : ".apiKey");
      return secret().resolve(key);
    }

    /// Where that lies.
    public Secret secret() {
      return apiKey == null ? Objects.requireNonNull(oauth).refreshToken() : apiKey;
    }

    /// The quota, defaults filled in.
    public Quota limits() {
      return quota == null ? Quota.DEFAULT : quota;
    }
  }

  /// A token that is renewed with another, which is good once.
  ///
  /// @param refreshToken the first one; later ones are kept, sealed, in Kafka
  /// @param headers sent with every call of the account, as `chatgpt-account-id`
  public record OAuth(
      @JsonProperty(required = true) URI tokenUrl,
      @JsonProperty(required = true) String clientId,
      @JsonProperty(required = true) Secret refreshToken,
      @Nullable Map<String, String> headers) {
    public OAuth {
      headers = headers == null ? Map.of() : Map.copyOf(headers);
    }
  }

  /// What an account may be used for at most; null for no limit.
  ///
  /// @param concurrency calls at once; 4 if not given
  /// @param ceilings percent of a window of the provider's, by its name, that is used at most
  public record Quota(
      @Nullable Integer concurrency,
      @Nullable Integer requestsPerMinute,
      @Nullable Integer tokensPerMinute,
      @Nullable Map<String, Integer> ceilings) {
    static final Quota DEFAULT = new Quota(null, null, null, null);

    public Quota {
      ceilings = ceilings == null ? Map.of() : Map.copyOf(ceilings);
    }

    /// The ceilings, none if none are given.
    public Map<String, Integer> windows() {
      return ceilings == null ? Map.of() : ceilings;
    }

    /// Calls at once.
    public int parallel() {
      return concurrency == null ? 4 : concurrency;
    }

    private void check(String key) {
      positive(key + "concurrency", concurrency);
      positive(key + "requestsPerMinute", requestsPerMinute);
      positive(key + "tokensPerMinute", tokensPerMinute);
      windows().forEach((window, percent) -> range(key + "ceilings." + window, percent, 1, 100));
    }

    private static void positive(String key, @Nullable Integer value) {
      if (value != null) {
        range(key, value, 1, Integer.MAX_VALUE);
      }
    }
  }

  public record Compaction(
      int parallelChunks,
      int maxCalls,
      Checkpoint checkpoint,
      Duration deadline,
      Duration keepResults) {
    public Compaction {
      range("compaction.parallelChunks", parallelChunks, 1, 64);
      range("compaction.maxCalls", maxCalls, 1, 1000);
      between("compaction.deadline", deadline, Duration.ofSeconds(1), Duration.ofDays(6));
      between("compaction.keepResults", keepResults, Duration.ofMinutes(1), Duration.ofDays(6));
    }
  }

  /// How accounts are chosen.
  ///
  /// @param budgetThreshold percent of a window above which an account is used only if all are
  /// @param whenExhausted what becomes of a compaction when no account can be used for long
  /// @param grace how long a session waits for its account to come back before it moves
  /// @param sessionIdle a session that was not used for so long may move
  /// @param limitLifetime how long a learned limit holds
  /// @param usageEvery how often a provider's usage address is asked for an account
  public record Routing(
      int budgetThreshold,
      WhenExhausted whenExhausted,
      Duration grace,
      Duration sessionIdle,
      Duration limitLifetime,
      Duration usageEvery) {
    public Routing {
      range("routing.budgetThreshold", budgetThreshold, 1, 100);
      between("routing.grace", grace, Duration.ZERO, Duration.ofMinutes(5));
      between("routing.sessionIdle", sessionIdle, Duration.ofMinutes(1), Duration.ofDays(30));
      between("routing.limitLifetime", limitLifetime, Duration.ofSeconds(1), Duration.ofDays(7));
      between("routing.usageEvery", usageEvery, Duration.ofSeconds(1), Duration.ofHours(1));
    }

    public enum WhenExhausted {
      /// Callers on a connection are told when to come again, others wait.
      REFUSE,
      /// It is compacted locally, without any upstream.
      LOCAL
    }
  }

  public record Upstream(
      Duration connectTimeout,
      Duration headerTimeout,
      Duration idleTimeout,
      Duration totalTimeout,
      ByteSize maxResponseBytes) {
    public Upstream {
      between(
          "upstream.connectTimeout", connectTimeout, Duration.ofMillis(10), Duration.ofMinutes(5));
      between("upstream.headerTimeout", headerTimeout, Duration.ofMillis(10), Duration.ofHours(2));
      between("upstream.idleTimeout", idleTimeout, Duration.ofMillis(10), Duration.ofHours(2));
      between("upstream.totalTimeout", totalTimeout, Duration.ofMillis(10), Duration.ofHours(6));
      range("upstream.maxResponseBytes", maxResponseBytes, KIB, MIB_256);
    }
  }

  public record Worker(int concurrency, int localConcurrency) {
    public Worker {
      range("worker.concurrency", concurrency, 1, 10_000);
      range("worker.localConcurrency", localConcurrency, 1, 1000);
    }
  }

  public record Router(int threads, ByteSize stateMemory) {
    public Router {
      range("router.threads", threads, 1, 64);
      range("router.stateMemory", stateMemory, new ByteSize(8L << 20), new ByteSize(4L << 30));
    }
  }

  public record Log(Format format, Level level) {
    public enum Format {
      PLAIN,
      JSON
    }

    public enum Level {
      ERROR,
      WARN,
      INFO,
      DEBUG
    }
  }

  private static void web(String key, URI address) {
    String scheme = address.getScheme();
    if (scheme == null
        || !scheme.toLowerCase(Locale.ROOT).matches("https?")
        || address.getHost() == null) {
      throw new ConfigException(key, "'" + address + "' is not an http or https address");
    }
  }
}
