package dev.kompakt.bootstrap.kafka;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/// Creates the topics of the catalogue that are missing and checks the others.
public final class TopicProvisioner {
  private final KompaktConfig.Kafka kafka;
  private final Admin admin;

  public TopicProvisioner(KompaktConfig.Kafka kafka, Admin admin) {
    this.kafka = kafka;
    this.admin = admin;
  }

  /// Makes sure that every topic is there and as the catalogue says.
  ///
  /// @throws ConfigException naming a topic that is wrong, with expected and actual
  /// @throws UnreachableException if no broker answers
  public void provision() {
    Set<String> present = await(admin.listTopics().names());
    List<NewTopic> missing = new ArrayList<>();
    List<String> check = new ArrayList<>();
    for (Topic<?, ?> topic : Topics.ALL) {
      if (present.contains(topic.name())) {
        check.add(topic.name());
      } else {
        missing.add(
            new NewTopic(topic.name(), partitions(topic), (short) kafka.replication())
                .configs(settings(topic)));
      }
    }
    if (!missing.isEmpty()) {
      try {
        admin.createTopics(missing).all().get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw new UnreachableException("creating topics failed", e.getCause());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UnreachableException("interrupted while creating topics", e);
      }
    }
    problems(check).stream()
        .findFirst()
        .ifPresent(
            problem -> {
              throw new ConfigException("kafka", problem);
            });
  }

  /// What is wrong with these topics, one line each; empty when all is well.
  public List<String> problems(List<String> names) {
    Map<String, TopicDescription> described = await(admin.describeTopics(names).allTopicNames());
    List<String> problems = new ArrayList<>();
    for (Topic<?, ?> topic : Topics.ALL) {
      TopicDescription actual = described.get(topic.name());
      if (actual != null && actual.partitions().size() != partitions(topic)) {
        problems.add(
            "topic "
                + topic.name()
                + " has "
                + actual.partitions().size()
                + " partitions, the config asks for "
                + partitions(topic)
                + " (kafka."
                + (topic.sizing() == Topic.Sizing.LANES ? "lanes" : "partitions")
                + "); partitions cannot be changed while records are kept");
      }
    }
    return problems;
  }

  /// Partitions the topic gets.
  public int partitions(Topic<?, ?> topic) {
    return switch (topic.sizing()) {
      case SCALED -> kafka.partitions();
      case LANES -> kafka.lanes();
      case SINGLE -> 1;
    };
  }

  private static Map<String, String> settings(Topic<?, ?> topic) {
    Map<String, String> settings = new HashMap<>();
    settings.put(
        TopicConfig.CLEANUP_POLICY_CONFIG,
        topic.logCompacted()
            ? (topic.retention() == null ? "compact" : "compact,delete")
            : "delete");
    if (topic.retention() != null) {
      settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(topic.retention().toMillis()));
    }
    settings.put(
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(topic.maxRecordBytes() + 64 * 1024));
    return settings;
  }

  private static <T> T await(org.apache.kafka.common.KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new UnreachableException("no Kafka broker answers", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnreachableException("interrupted while asking Kafka", e);
    }
  }
}
