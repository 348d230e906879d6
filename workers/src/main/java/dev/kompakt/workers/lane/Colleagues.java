package dev.kompakt.workers.lane;

import dev.kompakt.bootstrap.kafka.Groups;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ClassicGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The workers that share the lanes, as Kafka knows them. Holds a client only if it was asked. For
/// one thread.
final class Colleagues implements AutoCloseable {
  /// Asked no more often than this; a worker that rejoins is away for less.
  static final Duration EVERY = Duration.ofMillis(1_500);

  private static final Logger LOG = LoggerFactory.getLogger(Colleagues.class);
  private static final String PURPOSE = "lanes-";

  private final KafkaClients clients;
  private @Nullable Admin admin;
  private Set<String> missing = Set.of();
  private long asked = System.nanoTime() - EVERY.toNanos();

  Colleagues(KafkaClients clients) {
    this.clients = clients;
  }

  /// What a worker's consumer of lanes is for; it is known by that.
  static String purpose(String worker) {
    return PURPOSE + worker;
  }

  /// Which of these workers are gone: missing both times it was asked last.
  ///
  /// @throws org.apache.kafka.common.KafkaException if no client can be made
  Set<String> gone(Set<String> workers) throws InterruptedException {
    if (workers.isEmpty() || System.nanoTime() - asked < EVERY.toNanos()) {
      return Set.of();
    }
    asked = System.nanoTime();
    Set<String> before = missing;
    missing = missing(workers);
    Set<String> gone = new HashSet<>(missing);
    gone.retainAll(before);
    return gone;
  }

  private Set<String> missing(Set<String> workers) throws InterruptedException {
    Admin asking = admin == null ? clients.admin() : admin;
    admin = asking;
    try {
      Map<String, ClassicGroupDescription> groups =
          asking.describeClassicGroups(List.of(Groups.WORKERS)).all().get();
      Set<String> missing = new HashSet<>(workers);
      for (ClassicGroupDescription group : groups.values()) {
        for (MemberDescription member : group.members()) {
          missing.removeIf(worker -> member.clientId().endsWith(purpose(worker)));
        }
      }
      return missing;
    } catch (ExecutionException e) {
      LOG.atDebug()
          .addKeyValue("error", String.valueOf(e.getCause()))
          .log("Kafka does not say which workers are there");
      return Set.of();
    }
  }

  @Override
  public void close() {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }
}
