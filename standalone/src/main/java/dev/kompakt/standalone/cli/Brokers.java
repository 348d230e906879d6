package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.standalone.broker.DataDirectory;
import dev.kompakt.standalone.broker.Running;
import java.util.Optional;

/// Finds the brokers the config means.
final class Brokers {
  private Brokers() {}

  /// The process that has the config's data directory now.
  static Optional<Running> running(KompaktConfig config) {
    return DataDirectory.running(config.kafka().dataPath());
  }

  /// Kafka's settings with a real address: of the cluster, or of the embedded broker that runs.
  ///
  /// @throws CommandFailedException if the broker is embedded and nothing runs
  static KompaktConfig.Kafka kafka(KompaktConfig config) {
    if (!config.kafka().embedded()) {
      return config.kafka();
    }
    return running(config)
        .map(Running::broker)
        .map(config.kafka()::withBootstrap)
        .orElseThrow(
            () ->
                new CommandFailedException(
                    ExitCode.CANNOT_CONNECT,
                    "no broker runs on "
                        + config.kafka().dataPath()
                        + "; start `kompakt up`, or set kafka.bootstrap to a cluster"));
  }
}
