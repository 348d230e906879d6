package dev.kompakt.router;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.config.RoutingConfig;
import dev.kompakt.bootstrap.kafka.Groups;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.Rights;
import dev.kompakt.bootstrap.observe.Check;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.observe.RoleFailedException;
import dev.kompakt.bootstrap.route.Member;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.router.decide.Settings;
import dev.kompakt.router.limit.Limits;
import dev.kompakt.router.state.StoreMemory;
import dev.kompakt.router.topology.RouterSettings;
import dev.kompakt.router.topology.RouterStreams;
import dev.kompakt.router.topology.RouterTopology;
import dev.kompakt.router.topology.StreamsSettings;
import dev.kompakt.schemas.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The router role of one process.
public final class RouterService implements AutoCloseable {
  /// What it must be allowed in Kafka.
  public static final Rights RIGHTS =
      Rights.of(
              List.of(
                  Topics.JOBS,
                  Topics.ACCOUNTS,
                  Topics.TENANTS,
                  Topics.LIMITS,
                  Topics.SESSIONS,
                  Topics.COMPACTIONS,
                  Topics.DEAD_LETTERS),
              List.of(
                  Topics.SUBMISSIONS,
                  Topics.OUTCOMES,
                  Topics.ACCOUNTS,
                  Topics.LIMITS,
                  Topics.SESSIONS))
          .inGroup(Groups.ROUTER)
          .owning(Groups.ROUTER);

  private static final Logger LOG = LoggerFactory.getLogger(RouterService.class);
  private static final Duration CLOSING = Duration.ofSeconds(10);
  private static final String STATE_DIRECTORY = "router";

  private final RouterStreams streams;
  private final StoreMemory memory;
  private final Views views;

  private RouterService(RouterStreams streams, StoreMemory memory, Views views) {
    this.streams = streams;
    this.memory = memory;
    this.views = views;
  }

  /// Makes the role; nothing runs before [#start]. [Health] says when it is ready.
  ///
  /// @throws ConfigException if another process uses the same state directory
  /// @throws RoleFailedException if there is no room for its state
  public static RouterService create(
      KompaktConfig config, KafkaClients clients, Meters meters, Health health) {
    Path directory = config.kafka().dataPath().resolve(STATE_DIRECTORY);
    StoreMemory memory = new StoreMemory(config.router().stateMemory().bytes());
    Views views = new Views(clients);
    RouterStreams streams;
    try {
      streams =
          RouterStreams.create(
              () ->
                  RouterTopology.build(
                      settings(config),
                      views.published(),
                      new Limits(config.routing().limitLifetime()),
                      meters),
              StreamsSettings.of(
                  clients.common("router"),
                  directory,
                  config.router().threads(),
                  config.kafka().replication(),
                  memory),
              clients);
    } catch (RouterStreams.DirectoryInUseException e) {
      memory.close();
      throw new ConfigException(
          "kafka.dataDir",
          "the router's state in "
              + directory
              + " is in use by another process; give each router a directory of its own");
    } catch (RoleFailedException e) {
      memory.close();
      throw e;
    }
    AccountGauges.export(
        config.accounts().stream().map(KompaktConfig.Account::id).toList(),
        views::account,
        meters,
        InstantSource.system());
    health.follow("router streams run", streams::check);
    LOG.atInfo()
        .addKeyValue("accounts", config.accounts().size())
        .addKeyValue("threads", config.router().threads())
        .addKeyValue("state", directory)
        .log("router made");
    return new RouterService(streams, memory, views);
  }

  /// Reads what is published, then joins the group; returns at once.
  public void start() {
    var _ = views.open().thenRun(streams::start);
  }

  /// Whether it decides on events now.
  public boolean running() {
    return streams.check() instanceof Check.Holds;
  }

  /// Commits what was decided and leaves the group.
  @Override
  public void close() {
    views.close();
    if (streams.close(CLOSING)) {
      memory.close();
    }
  }

  static RouterSettings settings(KompaktConfig config) {
    KompaktConfig.Compaction compaction = config.compaction();
    Duration longestCall = config.upstream().totalTimeout();
    Duration attempt = Settings.DEFAULT.attemptTimeout();
    Settings decisions =
        Settings.DEFAULT
            .withCalls(compaction.parallelChunks(), compaction.maxCalls())
            .withTimes(
                longestCall.compareTo(attempt) > 0 ? longestCall : attempt,
                compaction.keepResults())
            .withLocalWhenExhausted(
                config.routing().whenExhausted() == RoutingConfig.WhenExhausted.LOCAL);
    List<RouterSettings.Provider> providers =
        config.providers().stream()
            .map(
                provider ->
                    new RouterSettings.Provider(
                        provider.id(),
                        provider.mode(),
                        config.accounts().stream()
                            .filter(account -> account.provider().equals(provider.id()))
                            .map(Member::of)
                            .toList()))
            .toList();
    return new RouterSettings(
        decisions, Policy.of(config.routing()), config.routing().sessionIdle(), providers);
  }
}
