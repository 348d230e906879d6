package dev.kompakt.bootstrap.kafka;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// Creates the topics of the catalogue that are missing and checks the others.
public final class TopicProvisioner {
  private static final Duration LEADERS_DEADLINE = Duration.ofSeconds(15);

  /// What a record takes on top of its key and value.
  private static final int FRAME_BYTES = 64 * 1024;

  private final KompaktConfig.Kafka kafka;
  private final Admin admin;

  public TopicProvisioner(KompaktConfig.Kafka kafka, Admin admin) {
    this.kafka = kafka;
    this.admin = admin;
  }

  /// Makes sure that every topic is there, has its leaders, and is as the catalogue says.
  ///
  /// @return names of the topics that were created
  /// @throws ConfigException naming a topic that is wrong, with expected and actual
  /// @throws UnreachableException if no broker answers
  public List<String> provision() {
    List<Topic<?, ?>> missing = missing();
    if (!missing.isEmpty()) {
      admin
          .createTopics(missing.stream().map(this::creation).toList())
          .values()
          .forEach(TopicProvisioner::created);
      awaitLeaders(missing.stream().<String>map(Topic::name).toList());
    }
    List<String> check = new ArrayList<>(names(Topics.ALL));
    List<String> created = names(missing);
    check.removeAll(created);
    problems(check).stream()
        .findFirst()
        .ifPresent(
            problem -> {
              throw new ConfigException("kafka", problem);
            });
    return created;
  }

  /// The topics of the catalogue that are not there.
  ///
  /// @throws UnreachableException if no broker answers
  public List<Topic<?, ?>> missing() {
    Set<String> present = await(admin.listTopics().names());
    return Topics.ALL.stream().filter(topic -> !present.contains(topic.name())).toList();
  }

  /// What is wrong with these topics, which are there, one line each; empty when all is well.
  ///
  /// @throws UnreachableException if no broker answers
  public List<String> problems(List<String> names) {
    Map<String, TopicDescription> described = await(admin.describeTopics(names).allTopicNames());
    Map<String, Config> settings = settingsOf(names);
    List<String> problems = new ArrayList<>();
    for (Topic<?, ?> topic : Topics.ALL) {
      TopicDescription actual = described.get(topic.name());
      Config config = settings.get(topic.name());
      if (actual != null && config != null) {
        partitionProblem(topic, actual.partitions().size(), problems);
        settingProblems(topic, config, problems);
      }
    }
    return List.copyOf(problems);
  }

  /// Partitions the topic gets.
  public int partitions(Topic<?, ?> topic) {
    return switch (topic.sizing()) {
      case SCALED -> kafka.partitions();
      case LANES -> kafka.lanes();
      case SINGLE -> 1;
    };
  }

  private void partitionProblem(Topic<?, ?> topic, int actual, List<String> problems) {
    if (actual != partitions(topic)) {
      problems.add(
          "topic "
              + topic.name()
              + " has "
              + actual
              + " partitions, the config asks for "
              + partitions(topic)
              + (topic.sizing() == Topic.Sizing.SINGLE
                  ? ""
                  : topic.sizing() == Topic.Sizing.LANES ? " (kafka.lanes)" : " (kafka.partitions)")
              + "; partitions cannot be changed while records are kept");
    }
  }

  private static void settingProblems(Topic<?, ?> topic, Config actual, List<String> problems) {
    String policy = actual.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
    if (policy.contains("compact") != topic.logCompacted()) {
      problems.add(
          "topic " + topic.name() + " has cleanup.policy=" + policy + ", not " + policy(topic));
    }
    String bytes = actual.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value();
    if (Long.parseLong(bytes) < topic.maxRecordBytes() + FRAME_BYTES) {
      problems.add(
          "topic "
              + topic.name()
              + " has max.message.bytes="
              + bytes
              + ", less than "
              + (topic.maxRecordBytes() + FRAME_BYTES));
    }
  }

  private Map<String, Config> settingsOf(List<String> names) {
    List<ConfigResource> resources =
        names.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
    return await(admin.describeConfigs(resources).all()).entrySet().stream()
        .collect(Collectors.toMap(e -> e.getKey().name(), Map.Entry::getValue));
  }

  private NewTopic creation(Topic<?, ?> topic) {
    Map<String, String> settings = new HashMap<>();
    settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, policy(topic));
    if (topic.retention() != null) {
      settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(topic.retention().toMillis()));
    }
    settings.put(
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
        Integer.toString(topic.maxRecordBytes() + FRAME_BYTES));
    return new NewTopic(topic.name(), partitions(topic), (short) kafka.replication())
        .configs(settings);
  }

  private static String policy(Topic<?, ?> topic) {
    return topic.logCompacted()
        ? (topic.retention() == null ? "compact" : "compact,delete")
        : "delete";
  }

  private static List<String> names(List<? extends Topic<?, ?>> topics) {
    return topics.stream().<String>map(Topic::name).toList();
  }

  /// Another process may have been faster.
  private static void created(String name, KafkaFuture<Void> creation) {
    try {
      creation.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (!(cause instanceof TopicExistsException)) {
        throw new UnreachableException(
            "topic " + name + " cannot be created: " + cause.getMessage(), cause);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /// Writing to a partition without a leader yet can break an idempotent producer's sequence.
  private void awaitLeaders(List<String> names) {
    long deadline = System.nanoTime() + LEADERS_DEADLINE.toNanos();
    while (!haveLeaders(names)) {
      if (System.nanoTime() > deadline) {
        throw new UnreachableException("topics were created but have no leaders", null);
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  private boolean haveLeaders(List<String> names) {
    try {
      return admin.describeTopics(names).allTopicNames().get().values().stream()
          .flatMap(description -> description.partitions().stream())
          .allMatch(partition -> partition.leader() != null && !partition.leader().isEmpty());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw new UnreachableException("no Kafka broker answers", e.getCause());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static <T> T await(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new UnreachableException("no Kafka broker answers", e.getCause());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static UnreachableException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new UnreachableException("interrupted while asking Kafka", e);
  }
}
