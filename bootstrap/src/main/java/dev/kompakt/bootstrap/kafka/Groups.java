package dev.kompakt.bootstrap.kafka;

/// Names of consumer groups that more than one role knows.
public final class Groups {
  /// Of the routers; their application id as well.
  public static final String ROUTER = "kompakt.router";

  /// Of the workers, which share the lanes.
  public static final String WORKERS = "kompakt-workers";

  private Groups() {}
}
