package dev.kompakt.standalone.broker;

import dev.kompakt.bootstrap.config.HostPort;

/// Something else listens at an address that was asked for.
public final class PortTakenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PortTakenException(String key, HostPort address) {
    super(address + " is taken by another process; free it, or set " + key + " to another port");
  }
}
