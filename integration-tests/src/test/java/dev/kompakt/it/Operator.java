package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.standalone.cli.CommandLineInterface;
import dev.kompakt.testing.Deployment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/// Somebody at the command line of a deployment. Commands look for that one and for nothing else of
/// this machine, and answer in JSON.
///
/// @param home for files; nothing of Kompakt is looked for there
record Operator(Deployment kompakt, Path home) {
  /// What came of a command.
  record Ran(int exit, String out, String err) {
    JsonNode json() {
      return Client.JSON.readTree(out);
    }
  }

  /// A command that runs in a process of its own.
  record Running(Process process, Path out, Path err) {
    Ran ended() throws IOException, InterruptedException {
      assertThat(process.waitFor(Testbed.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
      return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }
  }

  Ran run(String... command) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit =
        CommandLineInterface.run(
            arguments(command).toArray(String[]::new),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Ran(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  Running start(String... command) throws IOException {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.kompakt.standalone.Main"));
    all.addAll(arguments(command));
    Path out = Files.createTempFile(home, "command", ".out");
    Path err = Files.createTempFile(home, "command", ".err");
    return new Running(
        new ProcessBuilder(all).redirectOutput(out.toFile()).redirectError(err.toFile()).start(),
        out,
        err);
  }

  private List<String> arguments(String... command) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(
        List.of(
            "--output",
            "json",
            "--config",
            "/dev/null",
            "--set",
            "kafka.dataDir=" + home.resolve("nothing"),
            "--set",
            "admin.listen=" + kompakt.admin().getAuthority()));
    return arguments;
  }
}
