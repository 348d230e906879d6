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
    IngressConfig ingress,
    Admin admin,
    Sealing sealing,
    List<Provider> providers,
    List<Account> accounts,
    Compaction compaction,
    RoutingConfig routing,
    UpstreamConfig upstream,
    Worker worker,
    Router router,
    Shutdown shutdown,
    List<Client> clients,
    String clientsFile,
    Log log) {
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

  /// How long a stopping ingress goes on serving, so that load balancers see that it is not ready;
  /// nobody balances what others cannot reach.
  public Duration notice() {
    Duration given = shutdown.notice();
    if (given != null) {
      return given;
    }
    return ingress.listen().isLoopback() ? Duration.ZERO : Shutdown.NOTICED_WITHIN;
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
        range(key + ".chunkBytes", chunkBytes, new ByteSize(64 << 10), ByteSize.MIB_256);
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

  /// How a process stops.
  ///
  /// @param notice how long it goes on serving once it says that it is not ready; null for what
  ///   [KompaktConfig#notice] makes of that
  /// @param grace how long what runs then may take to end
  public record Shutdown(@Nullable Duration notice, Duration grace) {
    private static final Duration NOTICED_WITHIN = Duration.ofSeconds(5);

    public Shutdown {
      if (notice != null) {
        between("shutdown.notice", notice, Duration.ZERO, Duration.ofMinutes(5));
      }
      between("shutdown.grace", grace, Duration.ZERO, Duration.ofHours(1));
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
