package dev.kompakt.router.topology;

import dev.kompakt.bootstrap.kafka.Groups;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.schemas.topic.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupSubtopologyDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.TimeoutException;

/// The group of all routers as brokers keep it: its committed offsets, its members, and the
/// topology that the first member brought. Whoever comes with another topology is refused, also
/// when nobody is left.
///
/// @see <a href="../../../../../../../../docs/adr/0018-upgrades.md">ADR 0018</a>
final class RouterGroup {
  static final String ID = Groups.ROUTER;

  private static final Duration TO_JOIN = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(50);

  /// A member that reads nothing and commits nothing. One that was killed is gone after the least
  /// time that brokers allow.
  private static final Map<String, Object> VISITOR =
      Map.of(
          ConsumerConfig.GROUP_ID_CONFIG,
          ID,
          ConsumerConfig.GROUP_PROTOCOL_CONFIG,
          GroupProtocol.CLASSIC.name(),
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
          "earliest",
          ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
          6_000,
          ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
          1_000);

  private final KafkaClients clients;

  RouterGroup(KafkaClients clients) {
    this.clients = clients;
  }

  /// What a look at the group found.
  enum Use {
    /// It has no topology: nobody ever joined, or it forgot.
    FREE,

    /// It has the topology of members that have left.
    LEFT,

    /// It has members.
    IN_USE
  }

  private record Seen(boolean empty, int epoch, Set<StreamsGroupSubtopologyDescription> topology) {}

  /// Looks at it.
  ///
  /// @throws KafkaException if brokers do not answer, or do not tell this client
  Use use() throws InterruptedException {
    try (Admin admin = clients.admin()) {
      return look(admin).map(seen -> seen.empty() ? Use.LEFT : Use.IN_USE).orElse(Use.FREE);
    }
  }

  /// Waits until its members have left, or are of yet another topology, or some time has passed:
  /// then it is worth another try.
  ///
  /// @throws KafkaException if brokers do not answer, or do not tell this client
  void awaitChange(Duration atMost, Duration betweenLooks) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    try (Admin admin = clients.admin()) {
      Optional<Seen> first = look(admin);
      boolean changed;
      do {
        Thread.sleep(betweenLooks);
        Optional<Seen> now = look(admin);
        changed =
            first.isEmpty()
                || now.isEmpty()
                || now.get().empty()
                || now.get().epoch() < first.get().epoch()
                || !now.get().topology().equals(first.get().topology());
      } while (!changed && System.nanoTime() - deadline < 0);
    }
  }

  /// Lets a group that was left forget its topology; its offsets stay. Brokers do so when a
  /// consumer of the classic protocol joins, so one joins here, and leaves. A group with members
  /// lets it not in and stays as it is. Two processes may do this at once.
  ///
  /// @throws KafkaException if brokers do not answer, or do not let this client
  void forgetTopology() {
    long deadline = System.nanoTime() + TO_JOIN.toNanos();
    try (KafkaConsumer<byte[], byte[]> visitor = clients.consumer("takeover", VISITOR)) {
      visitor.subscribe(List.of(Topics.SUBMISSIONS.name()), new Pausing(visitor));
      while (visitor.groupMetadata().generationId() < 0) {
        if (System.nanoTime() - deadline > 0) {
          throw new TimeoutException("not let into group " + ID + " in time");
        }
        visitor.poll(POLL);
      }
    } catch (InconsistentGroupProtocolException e) {
      // a router was faster
    }
  }

  private static Optional<Seen> look(Admin admin) throws InterruptedException {
    try {
      KafkaFuture<StreamsGroupDescription> description =
          admin.describeStreamsGroups(List.of(ID)).describedGroups().values().iterator().next();
      StreamsGroupDescription group = description.get();
      return Optional.of(
          new Seen(
              group.groupState() == GroupState.EMPTY,
              group.groupEpoch(),
              Set.copyOf(group.subtopologies())));
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case GroupIdNotFoundException _ -> Optional.empty();
        case KafkaException refused -> throw refused;
        case null, default -> throw new KafkaException(e);
      };
    }
  }

  private record Pausing(KafkaConsumer<?, ?> consumer) implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      consumer.pause(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
  }
}
