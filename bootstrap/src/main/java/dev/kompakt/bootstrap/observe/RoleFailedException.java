package dev.kompakt.bootstrap.observe;

/// A role cannot do its work in this process, and never will; the message says what an operator can
/// do.
public final class RoleFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RoleFailedException(String message) {
    super(message);
  }
}
