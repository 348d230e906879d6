package dev.kompakt.testing;

import dev.kompakt.bootstrap.config.KompaktConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/// A running Kompakt, started for a test and ready.
public interface Deployment extends AutoCloseable {
  /// Base address of the data plane.
  URI data();

  /// Base address of the ingress' admin plane.
  URI admin();

  /// The brokers it uses, as `host:port`.
  String broker();

  /// Its configuration, with the address of its brokers, as whoever reads their records needs it.
  KompaktConfig config();

  /// The directory of its processes' logs, one `<role>.log` each.
  ///
  /// @throws UnsupportedOperationException if the roles are not processes
  default Path logs() {
    throw new UnsupportedOperationException("what is logged here goes to this JVM's own stderr");
  }

  /// Kills the process of this role (`up` where all are one) with SIGKILL and starts it again, at
  /// the same addresses and on the same data. Ready when it returns.
  ///
  /// @throws UnsupportedOperationException if the roles are not processes
  default void crash(String role) {
    throw new UnsupportedOperationException("nothing here can be killed apart");
  }

  /// Stops the process of this name in order (SIGTERM) and starts it again. Ready when it returns.
  ///
  /// @throws UnsupportedOperationException if the roles are not processes
  default void restart(String name) {
    throw new UnsupportedOperationException("nothing here can be restarted apart");
  }

  @Override
  void close();

  /// Everything in this JVM, on its embedded broker.
  ///
  /// @param home an empty directory
  /// @param config text of a config file; addresses, directories and the key are filled in
  static Deployment inOneJvm(Path home, String config) {
    return OneJvm.start(home, config, "embedded");
  }

  /// Everything in this JVM but the broker.
  static Deployment inOneJvmOn(String bootstrap, Path home, String config) {
    return OneJvm.start(home, config, bootstrap);
  }

  /// A process each for broker, router, worker and ingress.
  static Cluster inProcesses(Path home, String config) {
    return inProcesses(home, config, Layout.ONE_OF_EACH);
  }

  /// The same, with so many workers: `worker`, `worker-2` and so on.
  static Cluster inProcesses(Path home, String config, int workers) {
    return inProcesses(home, config, Layout.ONE_OF_EACH.workers(workers));
  }

  /// Processes as the layout has it.
  static Cluster inProcesses(Path home, String config, Layout layout) {
    return Cluster.start(home, config, layout);
  }

  /// One process with everything in it, as `kompakt up`.
  static Cluster inOneProcess(Path home, String config, List<String> options) {
    return Cluster.startTogether(home, config, options);
  }
}
