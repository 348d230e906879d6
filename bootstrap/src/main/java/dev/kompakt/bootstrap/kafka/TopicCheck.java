package dev.kompakt.bootstrap.kafka;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.topic.Topic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.TopicConfig;

/// What a topic has to be like, and what is wrong with one that is there.
///
/// @param rights what this process does with topics
record TopicCheck(KompaktConfig.Kafka kafka, Rights rights) {
  /// What a record takes on top of its key and value.
  private static final int FRAME_BYTES = 64 * 1024;

  private static final long UNLIMITED = -1;

  /// Partitions the topic gets.
  int partitions(Topic<?, ?> topic) {
    return switch (topic.sizing()) {
      case SCALED -> kafka.partitions();
      case LANES -> kafka.lanes();
      case SINGLE -> 1;
    };
  }

  /// Settings the topic gets; of its sizes and times, more is right too.
  static Map<String, String> settings(Topic<?, ?> topic) {
    String policy = policy(topic);
    String bytes = Integer.toString(topic.maxRecordBytes() + FRAME_BYTES);
    return topic.retention() == null
        ? Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG, policy, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, bytes)
        : Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            policy,
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            bytes,
            TopicConfig.RETENTION_MS_CONFIG,
            Long.toString(topic.retention().toMillis()));
  }

  private static String policy(Topic<?, ?> topic) {
    if (!topic.logCompacted()) {
      return TopicConfig.CLEANUP_POLICY_DELETE;
    }
    return topic.retention() == null
        ? TopicConfig.CLEANUP_POLICY_COMPACT
        : TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE;
  }

  /// What is wrong with a topic, one line each with what it has and what it should have.
  List<String> problems(Topic<?, ?> topic, TopicDescription actual) {
    List<String> problems = new ArrayList<>();
    partitions(topic, actual, problems);
    replication(actual, problems);
    List<String> named = new ArrayList<>(named(topic, problems));
    Set<AclOperation> allowed = actual.authorizedOperations();
    if (allowed != null) {
      rights.missing(topic, allowed).forEach(o -> named.add(Rights.lacking(o, topic.name())));
    }
    return named;
  }

  private static List<String> named(Topic<?, ?> topic, List<String> problems) {
    return problems.stream().map(problem -> "topic " + topic.name() + " " + problem).toList();
  }

  private void partitions(Topic<?, ?> topic, TopicDescription actual, List<String> problems) {
    int count = actual.partitions().size();
    if (count != partitions(topic)) {
      problems.add(
          "has "
              + count
              + " partitions, the config asks for "
              + partitions(topic)
              + switch (topic.sizing()) {
                case SINGLE -> "";
                case LANES -> " (kafka.lanes)";
                case SCALED -> " (kafka.partitions)";
              }
              + "; partitions cannot be changed while records are kept");
    }
  }

  private void replication(TopicDescription actual, List<String> problems) {
    int least = actual.partitions().stream().mapToInt(p -> p.replicas().size()).min().orElse(0);
    if (least < kafka.replication()) {
      problems.add(
          "has replication "
              + least
              + ", the config asks for "
              + kafka.replication()
              + " (kafka.replication)");
    }
  }

  /// What is wrong with a topic's settings, likewise.
  static List<String> problems(Topic<?, ?> topic, Config actual) {
    return named(topic, deviations(topic, actual).stream().map(Deviation::problem).toList());
  }

  /// The settings of a topic that are not as they have to be, by name.
  static List<Deviation> deviations(Topic<?, ?> topic, Config actual) {
    return settings(topic).entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(
            expected ->
                new Deviation(
                    expected.getKey(), actual.get(expected.getKey()).value(), expected.getValue()))
        .filter(Deviation::isOne)
        .toList();
  }

  /// A setting that may be other than it has to be.
  record Deviation(String name, String actual, String expected) {
    private boolean isOne() {
      return isPolicy() ? !parts(actual).equals(parts(expected)) : isLess(actual, expected);
    }

    private String problem() {
      return "has " + name + "=" + actual + (isPolicy() ? ", not " : ", less than ") + expected;
    }

    private boolean isPolicy() {
      return name.equals(TopicConfig.CLEANUP_POLICY_CONFIG);
    }

    @Override
    public String toString() {
      return name + " " + actual + " -> " + expected;
    }
  }

  private static Set<String> parts(String list) {
    return Arrays.stream(list.split(",", -1)).map(String::strip).collect(Collectors.toSet());
  }

  private static boolean isLess(String actual, String least) {
    long value = Long.parseLong(actual);
    return value != UNLIMITED && value < Long.parseLong(least);
  }
}
