package dev.kompakt.testing.soak;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.schemas.topic.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/// What topics take of the broker's disk: the bytes of records, as the broker itself tells them.
/// For one thread.
final class TopicSizes implements AutoCloseable {
  /// Of each partition of the payloads; all of them together hold some five minutes of a soak.
  private static final int PAYLOAD_BYTES = 8 << 20;

  /// Only whole segments are deleted.
  private static final int SEGMENT_BYTES = 2 << 20;

  static final List<String> GROUPS = List.of("payloads", "other records", "state and offsets");

  private final KafkaClients clients;
  private final Admin admin;

  TopicSizes(KompaktConfig config) {
    clients = new KafkaClients(config.kafka(), "soak");
    admin = clients.admin();
  }

  /// Bounds the payloads by size, as an operator may whose disk is smaller than a week of them.
  void boundPayloads() throws InterruptedException {
    ConfigResource payloads = new ConfigResource(ConfigResource.Type.TOPIC, Topics.PAYLOADS.name());
    try {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  payloads,
                  List.of(
                      set(TopicConfig.RETENTION_BYTES_CONFIG, PAYLOAD_BYTES),
                      set(TopicConfig.SEGMENT_BYTES_CONFIG, SEGMENT_BYTES))))
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("payloads cannot be bounded", e.getCause());
    }
  }

  private static AlterConfigOp set(String name, int value) {
    return new AlterConfigOp(
        new ConfigEntry(name, Integer.toString(value)), AlterConfigOp.OpType.SET);
  }

  /// Bytes now, by group; of those the broker does not tell in time, none.
  Map<String, Long> read() throws InterruptedException {
    Map<String, Long> sizes = new HashMap<>();
    try {
      List<Integer> brokers = admin.describeCluster().nodes().get().stream().map(Node::id).toList();
      for (Map<String, LogDirDescription> directories :
          admin.describeLogDirs(brokers).allDescriptions().get().values()) {
        for (LogDirDescription directory : directories.values()) {
          directory
              .replicaInfos()
              .forEach(
                  (partition, replica) ->
                      sizes.merge(group(partition.topic()), replica.size(), Long::sum));
        }
      }
    } catch (ExecutionException e) {
      // The broker is on its way back; the next sample tells.
    }
    return sizes;
  }

  private static String group(String topic) {
    if (topic.equals(Topics.PAYLOADS.name())) {
      return GROUPS.get(0);
    }
    return GROUPS.get(Topics.ALL.stream().anyMatch(one -> one.name().equals(topic)) ? 1 : 2);
  }

  @Override
  public void close() {
    admin.close();
    clients.close();
  }
}
