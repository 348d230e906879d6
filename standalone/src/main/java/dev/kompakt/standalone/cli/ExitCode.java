package dev.kompakt.standalone.cli;

/// How a command ended. The numbers are a public contract.
public enum ExitCode {
  OK(0),
  FAILED(1),
  USAGE(2),
  PARTLY_FAILED(3),
  NOT_FOUND(4),
  CANNOT_CONNECT(6),
  BAD_CONFIG(78),
  /// Stopped before its end; also a server, by Ctrl-C.
  INTERRUPTED(130),
  /// A second SIGTERM; the first ends a server in good order, with 0.
  TERMINATED(143);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
