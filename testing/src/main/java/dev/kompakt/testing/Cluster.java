package dev.kompakt.testing;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.fault.CrashPoint;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Kompakt as processes of its own, which can be killed, stopped, held, cut off and started again
/// one by one, by the names of [Layout]. Their output goes to files. For one thread; links may be
/// broken by any.
public final class Cluster implements Deployment {
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(40);
  private static final String TOGETHER = "up";

  private final Home home;
  private final Path logs;
  private final Layout layout;
  private final Map<String, Member> members = new LinkedHashMap<>();
  private final Map<String, Address> addresses = new LinkedHashMap<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final @Nullable BrokerNodes brokers;

  /// Where a process listens.
  private record Address(int data, int admin) {}

  private Cluster(Home home, Layout layout, @Nullable BrokerNodes brokers) {
    this.home = home;
    this.layout = layout;
    this.brokers = brokers;
    logs = home.logs();
  }

  /// Starts everything; ready when it returns.
  static Cluster start(Path directory, String yaml, Layout layout) {
    BrokerNodes brokers = new BrokerNodes(layout.brokers(), layout.linked());
    Cluster cluster = new Cluster(Home.make(directory, yaml), layout, brokers);
    return cluster.opened(() -> cluster.openSeparately(brokers));
  }

  /// Starts one process with everything in it.
  static Cluster startTogether(Path directory, String yaml, List<String> options) {
    Layout layout = Layout.ONE_OF_EACH;
    for (String option : options) {
      layout = layout.option(TOGETHER, option);
    }
    Cluster cluster = new Cluster(Home.make(directory, yaml), layout, null);
    return cluster.opened(
        () -> {
          cluster.add(TOGETHER, TOGETHER, "embedded");
          cluster.start(TOGETHER);
        });
  }

  private Cluster opened(Runnable opening) {
    try {
      opening.run();
      return this;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void openSeparately(BrokerNodes nodes) {
    for (Member broker : nodes.members(home.directory(), logs, layout)) {
      members.put(broker.name(), broker);
      broker.start(Map.of());
    }
    members.values().forEach(Member::awaitReady);
    nodes.awaitAll();
    addAll("router", layout.routers(), nodes);
    addAll("worker", layout.workers(), nodes);
    addAll("ingress", layout.ingresses(), nodes);
    addresses.keySet().forEach(name -> member(name).start(Map.of()));
    members.values().forEach(Member::awaitReady);
  }

  private void addAll(String role, int count, BrokerNodes nodes) {
    Layout.names(role, count).forEach(name -> add(role, name, nodes.bootstrap(name)));
  }

  private void add(String role, String name, String bootstrap) {
    boolean serves = role.equals("ingress") || role.equals(TOGETHER);
    Address address = new Address(serves ? FreePort.next() : 0, FreePort.next());
    Map<String, String> settings = home.settings(name, bootstrap, address.data(), address.admin());
    settings.putAll(layout.settings().getOrDefault(name, Map.of()));
    List<String> arguments = new ArrayList<>(List.of(role, "--config", home.config().toString()));
    settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    addresses.put(name, address);
    members.put(
        name,
        new Member(
            name,
            command(name, arguments, layout),
            logs.resolve(name + ".log"),
            new ReadyProbe(http, address.admin())));
  }

  static Member.Command command(String name, List<String> arguments, Layout layout) {
    // Few live long enough here for what is compiled for speed to pay.
    List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1"));
    if (!name.equals(TOGETHER)) {
      options.add("-Xmx512m");
    }
    options.addAll(layout.options().getOrDefault(name, List.of()));
    return new Member.Command(
        options, arguments, layout.environment().getOrDefault(name, Map.of()));
  }

  private Member member(String name) {
    return Objects.requireNonNull(members.get(name), () -> "no process of the name " + name);
  }

  private Address address(String name) {
    return Objects.requireNonNull(addresses.get(name), () -> name + " listens nowhere");
  }

  /// The first ingress' data plane.
  @Override
  public URI data() {
    return data(members.containsKey(TOGETHER) ? TOGETHER : "ingress");
  }

  /// This ingress' data plane.
  public URI data(String name) {
    return URI.create("http://127.0.0.1:" + address(name).data());
  }

  /// The first ingress' admin plane.
  @Override
  public URI admin() {
    return admin(members.containsKey(TOGETHER) ? TOGETHER : "ingress");
  }

  /// This process' admin plane.
  public URI admin(String name) {
    return URI.create("http://127.0.0.1:" + address(name).admin());
  }

  /// All brokers, by no link.
  @Override
  public String broker() {
    return brokers == null ? member(TOGETHER).ownBroker() : brokers.bootstrap();
  }

  /// The way from this process, which the layout calls linked, to the brokers.
  public BrokerLink link(String name) {
    BrokerLink link = brokers == null ? null : brokers.links().get(name);
    return Objects.requireNonNull(link, () -> name + " has no link of its own");
  }

  /// All brokers, by no link.
  @Override
  public KompaktConfig config() {
    return ConfigLoader.load(home.config(), Map.of(), home.settings("audit", broker(), 0, 0));
  }

  @Override
  public Path logs() {
    return logs;
  }

  /// All this process has said, over its restarts.
  public String log(String name) {
    return member(name).log();
  }

  /// Starts a process that has ended, on the same data. Ready when it returns.
  public void start(String name) {
    member(name).start(Map.of());
    member(name).awaitReady();
  }

  /// Stops a process in order and starts it so that it ends at this point, when that is passed for
  /// the n-th time from its start on; started again, it does not. When this returns it is ready, or
  /// has ended there already, as work that waits for it may bring it to that point at once.
  public void crashAt(String name, CrashPoint point, int nth) {
    startAnew(name, point.text() + ":" + nth);
    var _ = member(name).serves();
  }

  /// Stops a process in order and starts it so that it is held, as by [#pause], at this point, when
  /// that is passed for the n-th time from its start on. Waits for nothing but its former end.
  public void holdAt(String name, CrashPoint point, int nth) {
    startAnew(name, point.text() + ":" + nth + ":hold");
  }

  private void startAnew(String name, String crash) {
    if (member(name).alive()) {
      terminate(name);
      var _ = awaitExit(name, STOP_DEADLINE);
    }
    member(name).start(Map.of(CrashPoint.VARIABLE, crash));
  }

  @Override
  public void crash(String name) {
    kill(name);
    start(name);
  }

  @Override
  public void restart(String name) {
    terminate(name);
    var _ = awaitExit(name, STOP_DEADLINE);
    start(name);
  }

  /// Ends a process with SIGKILL; it has ended when this returns.
  public void kill(String name) {
    member(name).kill();
    var _ = awaitExit(name, STOP_DEADLINE);
  }

  /// Asks a process to end (SIGTERM) and does not wait; a second time, to end at once.
  public void terminate(String name) {
    member(name).terminate();
  }

  /// Holds a process (SIGSTOP) until [#resume].
  public void pause(String name) {
    member(name).pause();
  }

  /// Waits until a process has come to where it is held.
  ///
  /// @throws IllegalStateException if it does not in time
  public void awaitHeld(String name, Duration atMost) {
    member(name).awaitHeld(atMost);
  }

  /// Lets a held process go on (SIGCONT).
  public void resume(String name) {
    member(name).resume();
  }

  /// Waits for a process to end.
  ///
  /// @return its exit code; 137 if it was killed or came to its crash point
  /// @throws IllegalStateException if it does not end in time
  public int awaitExit(String name, Duration atMost) {
    return member(name).awaitExit(atMost);
  }

  public boolean alive(String name) {
    return member(name).alive();
  }

  public long pid(String name) {
    return member(name).pid();
  }

  /// What a process takes of the machine now.
  public Vitals vitals(String name) {
    return Vitals.of(pid(name));
  }

  /// Ends all processes, the brokers last.
  @Override
  public void close() {
    List<Member> roles = addresses.keySet().stream().map(this::member).toList();
    List<Member> nodes =
        members.values().stream().filter(member -> !roles.contains(member)).toList();
    if (brokers != null) {
      brokers.links().values().forEach(BrokerLink::heal);
    }
    end(roles, Member::terminate);
    // The last of several would wait in vain for the others to agree to its end.
    end(nodes, nodes.size() > 1 ? Member::kill : Member::terminate);
    if (brokers != null) {
      brokers.links().values().forEach(BrokerLink::close);
    }
    http.close();
  }

  private static void end(List<Member> some, Consumer<Member> how) {
    List<Member> running = some.stream().filter(Member::alive).toList();
    running.forEach(Member::resume);
    running.forEach(how);
    for (Member member : running) {
      try {
        var _ = member.awaitExit(STOP_DEADLINE);
      } catch (IllegalStateException e) {
        member.kill();
      }
    }
  }
}
