package dev.kompakt.standalone.broker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the embedded broker runs with: a node that is broker and controller, few threads, little
/// memory, quick groups.
final class BrokerSettings {
  static final String CONTROLLER = "CONTROLLER";

  /// The first listener, by which brokers reach each other too.
  private static final String LISTENER = "PLAINTEXT";

  private static final int MIB = 1 << 20;

  private final Map<String, Object> settings = new HashMap<>();

  private BrokerSettings() {}

  /// Settings of a node.
  ///
  /// @param listeners one or more
  static Map<String, Object> of(Path logs, List<Listener> listeners, Quorum quorum) {
    BrokerSettings broker = new BrokerSettings();
    broker.identity(logs, quorum);
    broker.listeners(listeners, quorum);
    broker.copies(quorum);
    broker.groups();
    broker.threadsAndMemory();
    broker.logs();
    return broker.settings;
  }

  /// Settings of the same node as controller only.
  static Map<String, Object> controller(Path logs, Quorum quorum) {
    BrokerSettings broker = new BrokerSettings();
    broker.identity(logs, quorum);
    broker.copies(quorum);
    broker.threadsAndMemory();
    broker.set("process.roles", "controller");
    broker.set("listeners", CONTROLLER + "://" + quorum.controller());
    return broker.settings;
  }

  private void identity(Path logs, Quorum quorum) {
    set("process.roles", "broker,controller");
    set("node.id", quorum.node());
    set("controller.listener.names", CONTROLLER);
    set("controller.quorum.voters", quorum.voters());
    set("log.dirs", logs.toString());
    set("auto.create.topics.enable", false);
  }

  private void listeners(List<Listener> listeners, Quorum quorum) {
    List<String> listened = new ArrayList<>();
    List<String> advertised = new ArrayList<>();
    List<String> protocols = new ArrayList<>();
    for (int i = 0; i < listeners.size(); i++) {
      String name = i == 0 ? LISTENER : "CLIENTS_" + i;
      listened.add(name + "://" + listeners.get(i).listen());
      advertised.add(name + "://" + listeners.get(i).advertised());
      protocols.add(name + ":PLAINTEXT");
    }
    listened.add(CONTROLLER + "://" + quorum.controller());
    protocols.add(CONTROLLER + ":PLAINTEXT");
    set("listeners", String.join(",", listened));
    set("advertised.listeners", String.join(",", advertised));
    set("listener.security.protocol.map", String.join(",", protocols));
    set("inter.broker.listener.name", LISTENER);
  }

  private void copies(Quorum quorum) {
    int replicas = quorum.replicas();
    int inSync = quorum.inSync();
    set("default.replication.factor", replicas);
    set("min.insync.replicas", inSync);
    set("offsets.topic.replication.factor", replicas);
    set("offsets.topic.num.partitions", 4);
    set("transaction.state.log.replication.factor", replicas);
    set("transaction.state.log.min.isr", inSync);
    set("transaction.state.log.num.partitions", 4);
    set("share.coordinator.state.topic.replication.factor", replicas);
    set("share.coordinator.state.topic.min.isr", inSync);
    set("share.coordinator.state.topic.num.partitions", 1);
    set("controller.quorum.append.linger.ms", 0);
    set("metadata.max.idle.interval.ms", 5_000);
    if (!quorum.alone()) {
      // What a killed node led is another's after this, and only then does it come back itself.
      set("broker.session.timeout.ms", 5_000);
      set("broker.heartbeat.interval.ms", 500);
    }
  }

  private void groups() {
    set("group.initial.rebalance.delay.ms", 0);
    set("group.streams.initial.rebalance.delay.ms", 0);
    set("group.streams.assignment.interval.ms", 0);
    set("group.streams.min.heartbeat.interval.ms", 100);
    set("group.streams.heartbeat.interval.ms", 100);
    set("group.streams.min.session.timeout.ms", 6_000);
    set("group.streams.session.timeout.ms", 6_000);
    set("group.coordinator.append.linger.ms", 0);
  }

  private void threadsAndMemory() {
    set("num.network.threads", 1);
    set("num.io.threads", 4);
    set("background.threads", 2);
    set("group.coordinator.threads", 1);
    set("group.coordinator.background.threads", 1);
    set("num.recovery.threads.per.data.dir", 2);
    set("log.cleaner.dedupe.buffer.size", 4 * MIB);
    set("log.cleaner.io.buffer.size", MIB / 8);
    set("offsets.load.buffer.size", MIB);
    set("transaction.state.log.load.buffer.size", MIB);
    set("share.coordinator.load.buffer.size", MIB);
    set("socket.request.max.bytes", 8 * MIB);
    set("queued.max.requests", 100);
    set("queued.max.request.bytes", 32L * MIB);
    set("metric.reporters", "");
  }

  private void logs() {
    set("message.max.bytes", 5 * MIB);
    set("replica.fetch.max.bytes", 5 * MIB);
    // After a kill the newest segment of each partition is read again: it must not be large.
    set("log.segment.bytes", 64 * MIB);
    set("offsets.topic.segment.bytes", 8 * MIB);
    set("transaction.state.log.segment.bytes", 8 * MIB);
    set("log.index.size.max.bytes", MIB);
  }

  private void set(String name, Object value) {
    settings.put(name, value.toString());
  }
}
