package dev.kompakt.ingress;

import dev.kompakt.bootstrap.admin.AdminServer;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.payload.PayloadStore;
import dev.kompakt.bootstrap.seal.SealingKey;
import java.net.InetSocketAddress;

/// The ingress role of one process.
public final class IngressService implements AutoCloseable {
  private IngressService() {}

  /// Makes the service; nothing runs before [#start].
  public static IngressService create(
      KompaktConfig config,
      KafkaClients clients,
      PayloadStore payloads,
      SealingKey key,
      Meters meters,
      Health health,
      AdminServer admin) {
    return new IngressService();
  }

  /// Reads what Kafka already holds, then listens.
  ///
  /// @throws dev.kompakt.bootstrap.kafka.UnreachableException if Kafka does not answer
  /// @throws RuntimeException with a `BindException` as cause if the port is taken
  public void start() {}

  /// Where it listens, once started.
  public InetSocketAddress address() {
    return InetSocketAddress.createUnresolved("localhost", 0);
  }

  /// Stops accepting, lets parked requests end for a while, and closes the rest so that their
  /// clients try again.
  @Override
  public void close() {}
}
