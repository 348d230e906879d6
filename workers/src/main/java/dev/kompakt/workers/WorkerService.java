package dev.kompakt.workers;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.payload.PayloadStore;
import dev.kompakt.bootstrap.seal.SealingKey;
import java.time.InstantSource;

/// The worker role of one process.
public final class WorkerService implements AutoCloseable {
  private WorkerService() {}

  /// Makes the role; nothing runs before [#start].
  ///
  /// @throws dev.kompakt.bootstrap.config.ConfigException if an account's secret is missing
  public static WorkerService create(
      KompaktConfig config,
      KafkaClients clients,
      PayloadStore payloads,
      SealingKey key,
      Meters meters,
      Health health,
      InstantSource clock) {
    return new WorkerService();
  }

  /// Joins the lanes; returns at once. Ready when [Health] says so.
  public void start() {}

  /// Stops taking jobs, lets running attempts finish within a grace, commits and leaves the group.
  @Override
  public void close() {}
}
