package dev.kompakt.standalone.broker;

import dev.kompakt.bootstrap.config.HostPort;

/// Where a broker listens for clients.
///
/// @param advertised where those that came here are told to come to
public record Listener(HostPort listen, HostPort advertised) {
  private static final String LOOPBACK = "127.0.0.1";

  /// One whose clients are on this machine.
  public static Listener at(HostPort listen) {
    return new Listener(listen, new HostPort(LOOPBACK, listen.port()));
  }

  /// Reads `host:port`, or `host:port@host:port` with what is advertised.
  ///
  /// @throws IllegalArgumentException if it is neither
  public static Listener parse(String text) {
    int at = text.indexOf('@');
    return at < 0
        ? at(HostPort.parse(text))
        : new Listener(
            HostPort.parse(text.substring(0, at)), HostPort.parse(text.substring(at + 1)));
  }

  /// The same at a port that is free, if any would do.
  ///
  /// @throws PortTakenException if its port is taken
  Listener free() {
    return listen.port() == 0 ? at(new HostPort(listen.host(), Ports.free(listen))) : checked();
  }

  private Listener checked() {
    var _ = Ports.free(listen);
    return this;
  }
}
