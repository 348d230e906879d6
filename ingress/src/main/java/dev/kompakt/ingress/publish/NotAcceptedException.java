package dev.kompakt.ingress.publish;

/// The log did not acknowledge in time what it was given; it may or may not hold it.
public final class NotAcceptedException extends Exception {
  private static final long serialVersionUID = 1L;

  public NotAcceptedException(Throwable cause) {
    super("the log did not acknowledge in time", cause);
  }
}
