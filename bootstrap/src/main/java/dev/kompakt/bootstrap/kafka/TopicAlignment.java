package dev.kompakt.bootstrap.kafka;

import dev.kompakt.bootstrap.kafka.TopicCheck.Deviation;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives topics that an earlier version made the settings they have to have, where the brokers are
/// Kompakt's own. Partitions stay as they are.
public final class TopicAlignment {
  private static final Logger LOG = LoggerFactory.getLogger(TopicAlignment.class);
  private static final Duration DEADLINE = Duration.ofSeconds(15);

  private final Admin admin;

  public TopicAlignment(Admin admin) {
    this.admin = admin;
  }

  /// Changes what is not as it has to be, waits until that can be seen, and says so in the log.
  ///
  /// @throws UnreachableException if no broker answers, or what was changed is not seen in time
  public void align() {
    Map<String, List<Deviation>> deviations = deviations();
    if (deviations.isEmpty()) {
      return;
    }
    alter(deviations);
    awaitAligned();
    LOG.atInfo()
        .addKeyValue("changed", deviations)
        .log("topics of an earlier version have the settings of this one now");
  }

  /// What is not as it has to be, of the topics that are there, by name.
  private Map<String, List<Deviation>> deviations() {
    Map<String, Config> settings =
        TopicProvisioner.settings(
            admin, Topics.ALL.stream().<String>map(Topic::name).toList(), _ -> {});
    Map<String, List<Deviation>> deviations = new TreeMap<>();
    for (Topic<?, ?> topic : Topics.ALL) {
      Config config = settings.get(topic.name());
      List<Deviation> found = config == null ? List.of() : TopicCheck.deviations(topic, config);
      if (!found.isEmpty()) {
        deviations.put(topic.name(), found);
      }
    }
    return deviations;
  }

  private void alter(Map<String, List<Deviation>> deviations) {
    Map<ConfigResource, Collection<AlterConfigOp>> changes =
        deviations.entrySet().stream()
            .collect(
                Collectors.toMap(
                    entry -> new ConfigResource(ConfigResource.Type.TOPIC, entry.getKey()),
                    entry -> entry.getValue().stream().map(TopicAlignment::change).toList()));
    try {
      var _ = admin.incrementalAlterConfigs(changes).all().get();
    } catch (ExecutionException e) {
      throw TopicProvisioner.failed(e);
    } catch (InterruptedException e) {
      throw TopicProvisioner.interrupted(e);
    }
  }

  private static AlterConfigOp change(Deviation deviation) {
    return new AlterConfigOp(
        new ConfigEntry(deviation.name(), deviation.expected()), AlterConfigOp.OpType.SET);
  }

  private void awaitAligned() {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (!deviations().isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new UnreachableException("settings of topics were changed to no effect", null);
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw TopicProvisioner.interrupted(e);
      }
    }
  }
}
