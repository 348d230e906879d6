package dev.kompakt.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Starts processes that log into one directory: Kompakt's by `./kompakt`, so that they run as a
/// user's do, and others with this JVM's class path.
public final class Launcher {
  /// Where `./kompakt bench` says that `./kompakt` is.
  private static final @Nullable String SCRIPT = System.getProperty("kompakt.launcher");

  private static final String MAIN = "dev.kompakt.standalone.Main";
  private static final List<String> FLAGS =
      List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  private final Path directory;

  /// Takes the directory for logs and data.
  public Launcher(Path directory) {
    this.directory = directory;
  }

  Path directory() {
    return directory;
  }

  /// Runs a command of Kompakt's.
  ///
  /// @param flags of the JVM, beside the launcher's own
  Child kompakt(String name, List<String> flags, String... arguments) {
    if (SCRIPT == null) {
      return java(name, flags, MAIN, arguments);
    }
    List<String> command = new ArrayList<>(List.of(SCRIPT));
    command.addAll(List.of(arguments));
    return Child.start(
        name,
        directory,
        command,
        Map.of(
            "KOMPAKT_JAVA_HOME",
            System.getProperty("java.home"),
            "KOMPAKT_JAVA_OPTS",
            String.join(" ", flags)));
  }

  /// Runs a class' `main`.
  public Child java(String name, List<String> flags, String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(List.of(arguments));
    return Child.start(name, directory, command, Map.of());
  }

  /// Deletes a directory with all that processes left in it.
  public static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
