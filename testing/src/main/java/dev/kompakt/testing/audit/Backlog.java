package dev.kompakt.testing.audit;

import dev.kompakt.bootstrap.kafka.Groups;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/// How far the groups of workers and routers have come.
///
/// @param workers committed on the jobs' lanes
/// @param routers committed on submissions and outcomes
record Backlog(Map<TopicPartition, Long> workers, Map<TopicPartition, Long> routers) {
  private static final String WORKERS = Groups.WORKERS;
  private static final String ROUTERS = Groups.ROUTER;

  static Backlog read(Admin admin) {
    try {
      return new Backlog(
          offsets(admin.listConsumerGroupOffsets(WORKERS).partitionsToOffsetAndMetadata().get()),
          offsets(
              admin
                  .listStreamsGroupOffsets(Map.of(ROUTERS, new ListStreamsGroupOffsetsSpec()))
                  .partitionsToOffsetAndMetadata(ROUTERS)
                  .get()));
    } catch (ExecutionException e) {
      throw new IllegalStateException("offsets of groups cannot be read", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Map<TopicPartition, Long> offsets(Map<TopicPartition, OffsetAndMetadata> from) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    from.forEach((partition, offset) -> offsets.put(partition, offset.offset()));
    return offsets;
  }

  List<String> violations(Trail trail) {
    List<String> violations = new ArrayList<>();
    behind(WORKERS, workers, trail, List.of(Topics.JOBS), violations);
    behind(ROUTERS, routers, trail, List.of(Topics.SUBMISSIONS, Topics.OUTCOMES), violations);
    return violations;
  }

  private static void behind(
      String group,
      Map<TopicPartition, Long> committed,
      Trail trail,
      List<Topic<?, ?>> topics,
      List<String> violations) {
    trail
        .ends()
        .forEach(
            (partition, end) -> {
              long lag = end - committed.getOrDefault(partition, 0L);
              if (lag > 0 && topics.stream().anyMatch(t -> t.name().equals(partition.topic()))) {
                violations.add(
                    "group %s is %d records behind on %s".formatted(group, lag, partition));
              }
            });
  }
}
