package dev.kompakt.standalone.broker;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// What the embedded broker runs with: one node that is broker and controller, few threads, little
/// memory, quick groups.
final class BrokerSettings {
  static final int NODE_ID = 1;
  static final String CONTROLLER = "CONTROLLER";

  private static final String LISTENER = "PLAINTEXT";
  private static final String LOOPBACK = "127.0.0.1";
  private static final int MIB = 1 << 20;

  private final Map<String, Object> settings = new HashMap<>();

  private BrokerSettings() {}

  /// Settings of a node.
  ///
  /// @param host where clients are listened for
  /// @param port where clients are listened for; they are told to come to it on loopback
  static Map<String, Object> of(Path logs, String host, int port, int controllerPort) {
    BrokerSettings broker = new BrokerSettings();
    broker.identity(logs, host, port, controllerPort);
    broker.oneNode();
    broker.groups();
    broker.threadsAndMemory();
    broker.logs();
    return broker.settings;
  }

  /// Settings of the same node as controller only.
  static Map<String, Object> controller(Path logs, int controllerPort) {
    BrokerSettings broker = new BrokerSettings();
    broker.identity(logs, LOOPBACK, 0, controllerPort);
    broker.oneNode();
    broker.threadsAndMemory();
    broker.set("process.roles", "controller");
    broker.set("listeners", "%s://%s:%d".formatted(CONTROLLER, LOOPBACK, controllerPort));
    broker.settings.remove("advertised.listeners");
    return broker.settings;
  }

  private void identity(Path logs, String host, int port, int controllerPort) {
    set("process.roles", "broker,controller");
    set("node.id", NODE_ID);
    set(
        "listeners",
        "%s://%s:%d,%s://%s:%d"
            .formatted(LISTENER, host, port, CONTROLLER, LOOPBACK, controllerPort));
    set("advertised.listeners", "%s://%s:%d".formatted(LISTENER, LOOPBACK, port));
    set("controller.listener.names", CONTROLLER);
    set("controller.quorum.voters", "%d@%s:%d".formatted(NODE_ID, LOOPBACK, controllerPort));
    set("log.dirs", logs.toString());
    set("auto.create.topics.enable", false);
  }

  private void oneNode() {
    set("offsets.topic.replication.factor", 1);
    set("offsets.topic.num.partitions", 4);
    set("transaction.state.log.replication.factor", 1);
    set("transaction.state.log.min.isr", 1);
    set("transaction.state.log.num.partitions", 4);
    set("share.coordinator.state.topic.replication.factor", 1);
    set("share.coordinator.state.topic.min.isr", 1);
    set("share.coordinator.state.topic.num.partitions", 1);
    set("controller.quorum.append.linger.ms", 0);
    set("metadata.max.idle.interval.ms", 5_000);
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
