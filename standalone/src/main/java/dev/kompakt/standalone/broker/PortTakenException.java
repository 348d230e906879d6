package dev.kompakt.standalone.broker;

import dev.kompakt.bootstrap.config.HostPort;

/// An address that was asked for cannot be listened at, mostly because something else does.
public final class PortTakenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// Names the setting to change.
  ///
  /// @param problem what the system said
  public PortTakenException(String key, HostPort address, String problem) {
    super(
        problem.contains("in use")
            ? address + " is taken by another process; free it, or set " + key + " to another port"
            : key + ": cannot listen at " + address + " (" + problem + ")");
  }
}
