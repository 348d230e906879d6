package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kompakt.testing.Canaries;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Runs after all integration tests, in an execution of its own (see the pom), and reads whatever
/// they have logged: the files of every process they started, and the output of their own JVM.
/// Where only some tests were asked for, by `-Dit.test`, it reads what those have logged.
class NothingLeftBehind {
  private static final Path LOGS = Path.of(System.getProperty("kompakt.test.logs", "target/logs"));
  private static final Path REPORTS = LOGS.resolveSibling("failsafe-reports");

  @Test
  void shouldHaveTheLogsOfAllTests() throws IOException {
    assumeTrue(System.getProperty("it.test") == null, "only some tests were asked for");
    for (String role : List.of("broker", "router", "worker", "ingress", "up")) {
      assertThat(files(LOGS, (role + ".log")::equals))
          .as(role)
          .anyMatch(NothingLeftBehind::saysSomething);
    }
    assertThat(outputs()).as("outputs").anyMatch(NothingLeftBehind::saysSomething);
  }

  @Test
  void shouldFindNoCanaryInAnyLog() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : logs()) {
      look(file, found);
    }
    for (Path file : outputs()) {
      look(file, found);
    }
    assertThat(found).isEmpty();
  }

  private static List<Path> logs() throws IOException {
    return files(LOGS, _ -> true);
  }

  /// What the tests' own JVM has printed, and what it printed past the tests. Not the reports of
  /// tests: a failed one may quote what it sent.
  private static List<Path> outputs() throws IOException {
    return files(REPORTS, name -> name.endsWith("-output.txt") || name.contains(".dump"));
  }

  private static List<Path> files(Path directory, Predicate<String> wanted) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> wanted.test(file.getFileName().toString()))
          .sorted()
          .toList();
    }
  }

  private static boolean saysSomething(Path file) {
    return file.toFile().length() > 0;
  }

  /// Notes where something is, and never what.
  private static void look(Path file, List<String> found) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String read = line;
        String where = file + ":" + number + " holds ";
        Canaries.ALL.entrySet().stream()
            .filter(canary -> read.contains(canary.getKey()))
            .forEach(canary -> found.add(where + canary.getValue()));
      }
    }
  }
}
