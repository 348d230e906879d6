package dev.kompakt.standalone;

import java.util.Locale;

/// What a process does.
public enum Role {
  INGRESS,
  WORKER,
  ROUTER;

  /// As it is written on the command line.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
