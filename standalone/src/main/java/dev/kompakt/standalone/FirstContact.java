package dev.kompakt.standalone;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.Rights;
import dev.kompakt.bootstrap.kafka.TopicAlignment;
import dev.kompakt.bootstrap.kafka.TopicProvisioner;
import dev.kompakt.bootstrap.kafka.UnreachableException;
import dev.kompakt.bootstrap.observe.Meters;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The first talk with Kafka, which is tried again while no broker answers: a process may be
/// started before its brokers.
///
/// @param own whether the brokers are this process' own: then settings of topics are mended, and
///   rights are not asked for
/// @param rights what the process must be allowed otherwise
/// @param patience how long no broker may answer
record FirstContact(
    KompaktConfig.Kafka kafka,
    String clientId,
    Meters meters,
    boolean own,
    Rights rights,
    Duration patience) {
  private static final Logger LOG = LoggerFactory.getLogger(FirstContact.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /// Makes the clients of the process, once every topic is there and as it has to be.
  ///
  /// @throws ConfigException naming what is wrong with topics, rights or client settings
  /// @throws UnreachableException if no broker answers in time, or this thread is interrupted
  KafkaClients make() {
    Tries tries = new Tries();
    KafkaClients clients = tries.until(() -> new KafkaClients(kafka, clientId, meters));
    try {
      List<String> created = tries.until(() -> provision(clients));
      if (tries.failed > 0 || !created.isEmpty()) {
        LOG.atInfo()
            .addKeyValue("tries", tries.failed + 1)
            .addKeyValue("created", created)
            .log("Kafka answers");
      }
      return clients;
    } catch (RuntimeException e) {
      clients.close();
      throw e;
    }
  }

  private List<String> provision(KafkaClients clients) {
    try (Admin admin = clients.admin()) {
      if (own) {
        new TopicAlignment(admin).align();
      }
      return new TopicProvisioner(kafka, admin, own ? Rights.none() : rights).provision();
    }
  }

  /// Tries again and again, with longer and longer pauses; says so once.
  private final class Tries {
    private final long beganNanos = System.nanoTime();
    private Duration pause = FIRST_PAUSE;
    private int failed;

    <T> T until(Supplier<T> work) {
      while (true) {
        try {
          return work.get();
        } catch (UnreachableException e) {
          if (Thread.currentThread().isInterrupted()
              || System.nanoTime() - beganNanos >= patience.toNanos()) {
            throw e;
          }
          tell(e);
          rest(e);
        }
      }
    }

    private void tell(UnreachableException problem) {
      failed++;
      LOG.atLevel(failed == 1 ? Level.WARN : Level.DEBUG)
          .addKeyValue("bootstrap", kafka.bootstrap())
          .addKeyValue("problem", problem.getMessage())
          .addKeyValue("cause", problem.getCause() == null ? "" : problem.getCause().getMessage())
          .log("Kafka cannot be used yet; not ready until it can, trying again");
    }

    private void rest(UnreachableException problem) {
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw problem;
      }
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }
  }
}
