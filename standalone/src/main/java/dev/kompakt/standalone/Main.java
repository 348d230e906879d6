package dev.kompakt.standalone;

import dev.kompakt.standalone.cli.CommandLineInterface;

/// Where the JVM begins.
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    int exitCode = CommandLineInterface.run(args, System.out, System.err);
    System.out.flush();
    System.err.flush();
    // Everything of ours is closed; what libraries leave running must not hold the process.
    Runtime.getRuntime().halt(exitCode);
  }
}
