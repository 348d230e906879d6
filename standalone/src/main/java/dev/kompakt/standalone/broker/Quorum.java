package dev.kompakt.standalone.broker;

import dev.kompakt.bootstrap.config.HostPort;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;

/// A node's place among those that a cluster is made of, each of them broker and controller.
///
/// @param node its own number
/// @param controllers where each node's controller listens, its own too
public record Quorum(int node, SortedMap<Integer, HostPort> controllers) {
  private static final int FIRST = 1;
  private static final int MOST_REPLICAS = 3;

  public Quorum {
    controllers = Collections.unmodifiableSortedMap(new TreeMap<>(controllers));
    if (!controllers.containsKey(node)) {
      throw new IllegalArgumentException("node " + node + " is none of " + voters(controllers));
    }
  }

  /// Reads `1@host:port,2@host:port,…`.
  ///
  /// @throws IllegalArgumentException if it is not of this form, or does not name the node
  public static Quorum parse(int node, String text) {
    SortedMap<Integer, HostPort> controllers = new TreeMap<>();
    for (String voter : text.split(",", -1)) {
      int at = voter.indexOf('@');
      if (at < 1 || !voter.substring(0, at).matches("[1-9][0-9]{0,8}")) {
        throw new IllegalArgumentException("'" + voter + "' is not node@host:port");
      }
      int number = Integer.parseInt(voter.substring(0, at));
      if (controllers.put(number, HostPort.parse(voter.substring(at + 1))) != null) {
        throw new IllegalArgumentException("node " + number + " is given twice");
      }
    }
    return new Quorum(node, controllers);
  }

  /// A node that is a cluster of its own.
  static Quorum alone(int controllerPort) {
    return new Quorum(
        FIRST, new TreeMap<>(Map.of(FIRST, new HostPort("127.0.0.1", controllerPort))));
  }

  boolean alone() {
    return controllers.size() == 1;
  }

  /// Where this node's controller listens.
  HostPort controller() {
    return controllers.getOrDefault(node, controllers.firstEntry().getValue());
  }

  /// As Kafka takes it.
  String voters() {
    return voters(controllers);
  }

  private static String voters(SortedMap<Integer, HostPort> controllers) {
    return controllers.entrySet().stream()
        .map(voter -> voter.getKey() + "@" + voter.getValue())
        .collect(Collectors.joining(","));
  }

  /// How many copies of a record are kept.
  int replicas() {
    return Math.min(MOST_REPLICAS, controllers.size());
  }

  /// How many copies there must be before a record counts as written: one node may be away.
  int inSync() {
    return Math.max(1, replicas() - 1);
  }

  /// The same at every node, which nobody had to agree on before: made of who belongs to it.
  String clusterId() {
    UUID name = UUID.nameUUIDFromBytes(voters().getBytes(StandardCharsets.UTF_8));
    return new Uuid(name.getMostSignificantBits(), name.getLeastSignificantBits()).toString();
  }
}
