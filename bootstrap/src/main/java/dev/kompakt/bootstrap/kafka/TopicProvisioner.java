package dev.kompakt.bootstrap.kafka;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// Creates the topics of the catalogue that are missing and checks the others, and what this
/// process may do with them.
public final class TopicProvisioner {
  private static final Duration LEADERS_DEADLINE = Duration.ofSeconds(15);

  private final KompaktConfig.Kafka kafka;
  private final Admin admin;
  private final TopicCheck check;

  /// One for a process that only looks.
  public TopicProvisioner(KompaktConfig.Kafka kafka, Admin admin) {
    this(kafka, admin, Rights.none());
  }

  /// One for a process that needs these rights.
  public TopicProvisioner(KompaktConfig.Kafka kafka, Admin admin, Rights rights) {
    this.kafka = kafka;
    this.admin = admin;
    check = new TopicCheck(kafka, rights);
  }

  /// Makes sure that every topic is there, has its leaders, is as the catalogue says, and may be
  /// used.
  ///
  /// @return names of the topics that were created
  /// @throws ConfigException naming all that is wrong, with expected and actual
  /// @throws UnreachableException if no broker answers, or too few are there
  public List<String> provision() {
    List<Topic<?, ?>> missing = missing();
    List<String> created = names(missing);
    if (!missing.isEmpty()) {
      admin
          .createTopics(missing.stream().map(this::creation).toList())
          .values()
          .forEach(TopicProvisioner::created);
      awaitLeaders(created);
    }
    List<String> problems = new ArrayList<>(problems(names(Topics.ALL)));
    problems.addAll(lackingOfItsOwn());
    if (!problems.isEmpty()) {
      throw new ConfigException("kafka", problems);
    }
    return created;
  }

  /// The topics of the catalogue that are not there.
  ///
  /// @throws ConfigException if the brokers refuse to say
  /// @throws UnreachableException if no broker answers
  public List<Topic<?, ?>> missing() {
    Set<String> known = new HashSet<>();
    known.addAll(describe(names(Topics.ALL), known::add).keySet());
    return Topics.ALL.stream().filter(topic -> !known.contains(topic.name())).toList();
  }

  /// What is wrong with these topics, which are there, one line each; empty when all is well.
  ///
  /// @throws UnreachableException if no broker answers
  public List<String> problems(List<String> names) {
    List<String> problems = new ArrayList<>();
    Map<String, TopicDescription> described =
        describe(names, hidden -> problems.add(Rights.lacking(AclOperation.DESCRIBE, hidden)));
    Map<String, Config> settings =
        settings(
            admin,
            described.keySet(),
            hidden -> problems.add(Rights.lacking(AclOperation.DESCRIBE_CONFIGS, hidden)));
    for (Topic<?, ?> topic : Topics.ALL) {
      TopicDescription actual = described.get(topic.name());
      if (actual != null) {
        problems.addAll(check.problems(topic, actual));
      }
      Config config = settings.get(topic.name());
      if (config != null) {
        problems.addAll(TopicCheck.problems(topic, config));
      }
    }
    return List.copyOf(problems);
  }

  /// Partitions the topic gets.
  public int partitions(Topic<?, ?> topic) {
    return check.partitions(topic);
  }

  /// What is missing of the rights on groups and transactions.
  private List<String> lackingOfItsOwn() {
    List<String> lacking = new ArrayList<>();
    check
        .rights()
        .groups()
        .forEach(
            (group, operation) -> {
              if (refuses(
                  admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
                  GroupIdNotFoundException.class)) {
                lacking.add(Rights.lacking(operation, "group", group));
              }
            });
    for (String prefix : check.rights().transactional()) {
      String id = prefix + "-start-check";
      if (refuses(
          admin.describeTransactions(List.of(id)).description(id),
          TransactionalIdNotFoundException.class)) {
        lacking.add(Rights.lacking(AclOperation.WRITE, "transactional id", prefix + "-*"));
      }
    }
    return lacking;
  }

  private static boolean refuses(KafkaFuture<?> asked, Class<? extends Exception> nothingThere) {
    try {
      var _ = asked.get();
      return false;
    } catch (ExecutionException e) {
      if (nothingThere.isInstance(e.getCause())) {
        return false;
      }
      if (e.getCause() instanceof AuthorizationException) {
        return true;
      }
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private Map<String, TopicDescription> describe(List<String> names, Consumer<String> hidden) {
    DescribeTopicsOptions options = new DescribeTopicsOptions().includeAuthorizedOperations(true);
    return present(admin.describeTopics(names, options).topicNameValues(), hidden);
  }

  /// Settings of the topics that are there.
  ///
  /// @param hidden told of topics this process may not look at
  static Map<String, Config> settings(
      Admin admin, Collection<String> names, Consumer<String> hidden) {
    List<ConfigResource> resources =
        names.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
    Map<String, KafkaFuture<Config>> asked = new HashMap<>();
    admin
        .describeConfigs(resources)
        .values()
        .forEach((resource, config) -> asked.put(resource.name(), config));
    return present(asked, hidden);
  }

  /// What was answered of the topics that are there.
  ///
  /// @param hidden told of topics this process may not look at
  private static <T> Map<String, T> present(
      Map<String, KafkaFuture<T>> asked, Consumer<String> hidden) {
    Map<String, T> present = new HashMap<>();
    asked.forEach(
        (name, answer) -> {
          try {
            present.put(name, answer.get());
          } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
              hidden.accept(name);
            } else if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
              throw failed(e);
            }
          } catch (InterruptedException e) {
            throw interrupted(e);
          }
        });
    return present;
  }

  private NewTopic creation(Topic<?, ?> topic) {
    return new NewTopic(topic.name(), check.partitions(topic), (short) kafka.replication())
        .configs(TopicCheck.settings(topic));
  }

  private static List<String> names(List<? extends Topic<?, ?>> topics) {
    return topics.stream().<String>map(Topic::name).toList();
  }

  /// Another process may have been faster.
  private static void created(String name, KafkaFuture<Void> creation) {
    try {
      creation.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case TopicExistsException _ -> {}
        case AuthorizationException _ ->
            throw new ConfigException(
                "kafka",
                "topic "
                    + name
                    + " is missing, and "
                    + Rights.lacking(AclOperation.CREATE, name)
                    + "; allow it, or create the topics with `kompakt topics create`");
        case PolicyViolationException refused ->
            throw new ConfigException(
                "kafka", "topic " + name + " cannot be created: " + refused.getMessage());
        case null, default ->
            throw new UnreachableException(
                "topic " + name + " cannot be created: " + e.getMessage(), e.getCause());
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
    Map<String, TopicDescription> described = describe(names, _ -> {});
    return described.keySet().containsAll(names)
        && described.values().stream()
            .flatMap(description -> description.partitions().stream())
            .allMatch(partition -> partition.leader() != null && !partition.leader().isEmpty());
  }

  static RuntimeException failed(ExecutionException e) {
    return switch (e.getCause()) {
      case AuthenticationException refused ->
          new ConfigException(
              "kafka.client", "the brokers do not let this process in: " + refused.getMessage());
      case AuthorizationException refused ->
          new ConfigException("kafka", String.valueOf(refused.getMessage()));
      case null, default -> new UnreachableException("no Kafka broker answers", e.getCause());
    };
  }

  static UnreachableException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new UnreachableException("interrupted while asking Kafka", e);
  }
}
