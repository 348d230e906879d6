package dev.kompakt.ingress.park;

import java.io.IOException;

/// The client left, or stopped taking or sending bytes for so long that it counts as gone.
public final class ClientGoneException extends IOException {
  private static final long serialVersionUID = 1L;

  public ClientGoneException(String message) {
    super(message);
  }
}
