package dev.kompakt.standalone.broker;

import dev.kompakt.bootstrap.config.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/// Finds ports to listen at.
final class Ports {
  private static final String LOOPBACK = "127.0.0.1";

  private Ports() {}

  /// The port that was asked for, or any that is free now if that was 0.
  ///
  /// @throws PortTakenException if it is taken
  static int free(HostPort listen) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(listen.host(), listen.port()));
      return probe.getLocalPort();
    } catch (IOException | IllegalArgumentException e) {
      throw new PortTakenException("--listen", listen, String.valueOf(e.getMessage()));
    }
  }

  /// The port this file remembers, or another, remembered from then on, if that is taken now.
  static int remembered(Path file) {
    try {
      int last = Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : 0;
      int port = freeOrAnother(last);
      if (port != last) {
        Files.writeString(file, port + "\n");
      }
      return port;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NumberFormatException e) {
      throw new BrokerFailedException(file + " does not hold a port; delete it", e);
    }
  }

  private static int freeOrAnother(int port) {
    try {
      return free(new HostPort(LOOPBACK, port));
    } catch (PortTakenException e) {
      return free(new HostPort(LOOPBACK, 0));
    }
  }
}
