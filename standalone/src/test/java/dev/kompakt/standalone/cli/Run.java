package dev.kompakt.standalone.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One run of the command line in this JVM.
record Run(int exitCode, String out, String err) {
  static Run of(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        CommandLineInterface.run(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Run(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /// A run that keeps to a directory of its own and to no config file of this machine.
  static Run in(Path home, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--config",
            "/dev/null",
            "--set",
            "kafka.dataDir=" + home.resolve("data"),
            "--set",
            "sealing.key=file:" + home.resolve("sealing.key"),
            "--set",
            "clientsFile=" + home.resolve("clients.yaml")));
    return of(all.toArray(String[]::new));
  }
}
