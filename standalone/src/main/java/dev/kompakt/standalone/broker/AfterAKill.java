package dev.kompakt.standalone.broker;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.errors.NotControllerException;

/// Tells a broker whose process was killed what it could else only find out by waiting: that its
/// former self and the members of its groups are gone. They lived in that process; one that did not
/// joins again. Nothing here is needed, so nothing here fails.
final class AfterAKill {
  private static final Duration DEADLINE = Duration.ofSeconds(5);
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(20);

  private AfterAKill() {}

  /// The controller, which runs alone, would turn the new broker away until the session of the
  /// killed one had run out.
  static void forgetBroker(Quorum quorum) {
    carryOut(
        AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG,
        quorum.controller().toString(),
        admin -> unregister(admin, quorum.node()));
  }

  /// Partitions would stay with the members of a classic group until their sessions had run out.
  static void dismissMembers(String broker, String group) {
    carryOut(
        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
        broker,
        admin ->
            admin
                .removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
                .all()
                .get());
  }

  /// The controller may still be becoming active.
  private static void unregister(Admin admin, int node)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (true) {
      try {
        admin.unregisterBroker(node).all().get();
        return;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof NotControllerException) || System.nanoTime() > deadline) {
          throw e;
        }
        Thread.sleep(BETWEEN_ATTEMPTS);
      }
    }
  }

  private interface Work {
    void carryOut(Admin admin) throws ExecutionException, InterruptedException;
  }

  private static void carryOut(String bootstrapSetting, String address, Work work) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(bootstrapSetting, address);
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) DEADLINE.toMillis());
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) DEADLINE.toMillis());
    settings.put(AdminClientConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
    try (Admin admin = Admin.create(settings)) {
      work.carryOut(admin);
    } catch (ExecutionException e) {
      // it is waited for instead
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
