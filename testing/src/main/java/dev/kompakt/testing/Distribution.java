package dev.kompakt.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Kompakt as users start it: by the launcher, from what was last built.
public final class Distribution {
  private static final Path LAUNCHER = launcher();

  private Distribution() {}

  /// A process to be; the JVM takes the launcher's place, and its process id.
  ///
  /// @param options for the JVM; they win over the launcher's own
  /// @param arguments the command and what follows it
  public static ProcessBuilder process(List<String> options, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
    command.addAll(arguments);
    ProcessBuilder process = new ProcessBuilder(command);
    Map<String, String> environment = process.environment();
    environment.put("KOMPAKT_BUILD", "never");
    environment.put("KOMPAKT_JAVA_HOME", System.getProperty("java.home"));
    environment.put("KOMPAKT_JAVA_OPTS", String.join(" ", options));
    return process;
  }

  /// What `./kompakt bench` says is the launcher, or the one above the working directory.
  private static Path launcher() {
    String said = System.getProperty("kompakt.launcher");
    if (said != null) {
      return Path.of(said);
    }
    Path start = Path.of("").toAbsolutePath();
    for (Path directory = start; directory != null; directory = directory.getParent()) {
      Path candidate = directory.resolve("kompakt");
      if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    throw new IllegalStateException("the launcher, kompakt, is in no directory above " + start);
  }
}
