package dev.kompakt.standalone;

import dev.kompakt.bootstrap.admin.AdminServer;
import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.HostPort;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.AccountCredentials;
import dev.kompakt.bootstrap.kafka.Groups;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.Rights;
import dev.kompakt.bootstrap.kafka.UnreachableException;
import dev.kompakt.bootstrap.observe.Descriptors;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.observe.RoleFailedException;
import dev.kompakt.bootstrap.payload.PayloadStore;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.bootstrap.seal.SegmentSeal;
import dev.kompakt.ingress.IngressService;
import dev.kompakt.router.RouterService;
import dev.kompakt.standalone.broker.EmbeddedBroker;
import dev.kompakt.standalone.broker.PortTakenException;
import dev.kompakt.workers.WorkerService;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One process of Kompakt: what it is made of, in the order it is started; closed in reverse.
public final class Kompakt implements AutoCloseable {
  private static final int PAYLOAD_READERS = 16;
  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

  private final KompaktConfig config;
  private final Set<Role> roles;
  private final Patience patience;
  private final Health health = new Health();
  private final Closing closing = new Closing();

  private volatile boolean started;
  private String broker = "";
  private @Nullable InetSocketAddress ingress;
  private @Nullable InetSocketAddress admin;

  private Kompakt(KompaktConfig config, Set<Role> roles, Patience patience) {
    this.config = config;
    this.roles = roles;
    this.patience = patience;
  }

  /// Starts everything in one process, with its own broker unless the config names another.
  public static Kompakt up(KompaktConfig config) {
    return start(config, EnumSet.allOf(Role.class));
  }

  /// Starts a server and waits until it is ready: as long as it takes, if its brokers are
  /// elsewhere. Its admin plane answers meanwhile.
  ///
  /// @throws RuntimeException as [#start] does, but for brokers that do not answer
  public static Kompakt serve(KompaktConfig config, Set<Role> roles) {
    return start(config, roles, config.kafka().embedded() ? Patience.SHORT : Patience.ENDLESS);
  }

  /// Starts a process and waits until it is ready, but not for long.
  ///
  /// @throws ConfigException if the config does not serve these roles
  /// @throws UnreachableException if Kafka does not answer, or a role does not become ready in time
  /// @throws RoleFailedException if a role cannot be, whatever comes
  /// @throws PortTakenException if something else listens where it should
  /// @throws dev.kompakt.standalone.broker.DirectoryInUseException if another process has the
  ///   embedded broker's directory
  public static Kompakt start(KompaktConfig config, Set<Role> roles) {
    return start(config, roles, Patience.SHORT);
  }

  private static Kompakt start(KompaktConfig config, Set<Role> roles, Patience patience) {
    if (config.kafka().embedded() && !roles.containsAll(EnumSet.allOf(Role.class))) {
      throw new ConfigException(
          "kafka.bootstrap",
          "one role alone needs a broker that the others reach too: give host:port of a cluster, or"
              + " of `kompakt broker`");
    }
    Kompakt process = new Kompakt(config, roles, patience);
    try {
      process.health.require("all roles started", () -> process.started);
      process.health.require("file descriptors", Descriptors::left);
      process.open();
      process.started = true;
      new Readiness(process.health, patience.ready()).await();
      return process;
    } catch (RuntimeException e) {
      // What is open is closed in good order, also when the start was interrupted.
      boolean interrupted = Thread.interrupted();
      process.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      throw e;
    }
  }

  private void open() {
    SealingKey key = SealingKey.load(config);
    Meters meters = new Meters();
    EmbeddedBroker embedded =
        config.kafka().embedded()
            ? closing.add(EmbeddedBroker.start(config.kafka().dataPath(), ANY_PORT))
            : null;
    KompaktConfig.Kafka kafka =
        embedded == null ? config.kafka() : config.kafka().withBootstrap(embedded.bootstrap());
    broker = kafka.bootstrap();
    AdminServer plane =
        closing.add(
            new AdminServer(config.admin().listen(), config.admin().credential(), health, meters));
    listen("admin.listen", config.admin().listen(), plane::start);
    admin = plane.address();
    boolean own = embedded != null;
    KafkaClients clients =
        closing.add(
            new FirstContact(kafka, clientId(), meters, own, rights(), patience.contact()).make());
    if (embedded != null) {
      embedded.dismissMembers(Groups.WORKERS);
    }
    PayloadStore payloads =
        closing.add(new PayloadStore(clients, new SegmentSeal(key), PAYLOAD_READERS));

    if (roles.contains(Role.ROUTER)) {
      closing.add(RouterService.create(config, clients, meters, health)).start();
    }
    if (roles.contains(Role.WORKER) || roles.contains(Role.INGRESS)) {
      openCallers(clients, payloads, key, meters, plane);
    }
    if (embedded != null) {
      embedded.announce(baseAddress(ingress), baseAddress(admin));
    }
  }

  /// Starts the roles that call providers, which alone need the accounts' secrets.
  private void openCallers(
      KafkaClients clients,
      PayloadStore payloads,
      SealingKey key,
      Meters meters,
      AdminServer plane) {
    InstantSource clock = InstantSource.system();
    AccountCredentials credentials =
        closing.add(AccountCredentials.open(config, clients, key, health, meters, clock));
    Drain drain = closing.add(new Drain(config));
    if (roles.contains(Role.WORKER)) {
      drain
          .worker(
              WorkerService.create(
                  config, clients, payloads, credentials, key, meters, health, clock))
          .start();
    }
    if (roles.contains(Role.INGRESS)) {
      IngressService service =
          drain.ingress(
              IngressService.create(
                  config, clients, payloads, credentials, key, meters, health, plane));
      listen("ingress.listen", config.ingress().listen(), () -> service.start(patience.ready()));
      ingress = service.address();
    }
  }

  private Rights rights() {
    return roles.stream().map(Role::rights).reduce(Rights.none(), Rights::and);
  }

  private String clientId() {
    return "kompakt-" + roles.stream().map(Role::text).collect(Collectors.joining("-"));
  }

  private static void listen(String key, HostPort address, Runnable start) {
    try {
      start.run();
    } catch (RuntimeException e) {
      for (Throwable t = e; t != null; t = t.getCause()) {
        if (t instanceof BindException) {
          throw new PortTakenException(key, address, String.valueOf(t.getMessage()));
        }
      }
      throw e;
    }
  }

  /// Returns while its roles do their work, or will again.
  ///
  /// @throws RoleFailedException if one of them has given up
  public void check() {
    health.requireNoFailure();
  }

  /// The brokers it uses.
  public String broker() {
    return broker;
  }

  /// Base address of the data plane, for clients on this machine; null without the ingress role.
  public @Nullable String dataPlane() {
    return baseAddress(ingress);
  }

  /// Base address of the admin plane, for callers on this machine.
  public @Nullable String adminPlane() {
    return baseAddress(admin);
  }

  private static @Nullable String baseAddress(@Nullable InetSocketAddress address) {
    if (address == null) {
      return null;
    }
    String host = address.getAddress().isAnyLocalAddress() ? "127.0.0.1" : address.getHostString();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /// Says that it is not ready, begins nothing new, lets what runs end within the config's grace,
  /// and stops the rest.
  @Override
  public void close() {
    health.drain();
    closing.close();
  }
}
