package dev.kompakt.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/// Where the brokers of a [Cluster] listen: for everyone, and apart for each process that has a
/// link, since a broker tells its clients where to come to by where they came from.
final class BrokerNodes {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, BrokerLink> links = new HashMap<>();

  /// One broker.
  ///
  /// @param listeners as the command line takes them
  private record Node(String name, int port, int controllerPort, List<String> listeners) {}

  BrokerNodes(int count, Set<String> linked) {
    Map<String, List<FaultProxy>> proxies = new HashMap<>();
    for (String name : Layout.names("broker", count)) {
      int port = FreePort.next();
      List<String> listeners = new ArrayList<>(List.of("127.0.0.1:" + port));
      for (String process : linked) {
        int own = FreePort.next();
        FaultProxy proxy = FaultProxy.to(own);
        listeners.add("127.0.0.1:" + own + "@127.0.0.1:" + proxy.port());
        proxies.computeIfAbsent(process, _ -> new ArrayList<>()).add(proxy);
      }
      nodes.add(new Node(name, port, FreePort.next(), List.copyOf(listeners)));
    }
    proxies.forEach((process, ways) -> links.put(process, new BrokerLink(ways)));
  }

  /// The brokers to be.
  ///
  /// @param home below which their records lie
  List<Member> members(Path home, Path logs, Layout layout) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      List<String> arguments =
          new ArrayList<>(List.of("broker", "--data", home.resolve(node.name()).toString()));
      node.listeners().forEach(listener -> arguments.addAll(List.of("--listen", listener)));
      if (nodes.size() > 1) {
        arguments.addAll(List.of("--node", Integer.toString(i + 1), "--quorum", quorum()));
      }
      members.add(
          new Member(
              node.name(),
              Cluster.command(node.name(), arguments, layout),
              logs.resolve(node.name() + ".log"),
              () -> listens(node.port())));
    }
    return members;
  }

  private String quorum() {
    StringBuilder voters = new StringBuilder();
    for (int i = 0; i < nodes.size(); i++) {
      voters
          .append(i == 0 ? "" : ",")
          .append(i + 1)
          .append("@127.0.0.1:")
          .append(nodes.get(i).controllerPort());
    }
    return voters.toString();
  }

  /// Brokers as this process reaches them.
  String bootstrap(String process) {
    BrokerLink link = links.get(process);
    return link == null ? bootstrap() : link.bootstrap();
  }

  /// Brokers by no link.
  String bootstrap() {
    return nodes.stream().map(node -> "127.0.0.1:" + node.port()).collect(Collectors.joining(","));
  }

  Map<String, BrokerLink> links() {
    return links;
  }

  /// Waits until all of them are in the cluster: fewer can hold no three copies.
  void awaitAll() {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap()))) {
      while (admin.describeCluster().nodes().get().size() < nodes.size()) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("not all brokers are in the cluster");
        }
        Thread.sleep(50);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("no broker answers", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
