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
  INTERRUPTED(130);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
