package dev.kompakt.bootstrap.kafka;

/// Names of consumer groups that more than one role knows.
public final class Groups {
  /// Of the routers; their application id as well.
  public static final String ROUTER = "kompakt.router";

  private Groups() {}
}
