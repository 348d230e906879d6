package dev.kompakt.standalone.cli;

import dev.kompakt.standalone.rollout.Compactable;
import dev.kompakt.standalone.rollout.InputFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What was named on the command line, and where each result goes.
final class Inputs {
  /// Files of one run at most.
  private static final int MOST_FILES = 100_000;

  private final @Nullable Path out;
  private final boolean outIsDirectory;
  private final boolean force;

  /// Which input each result is of.
  private final Map<Path, Path> inputOf = new ConcurrentHashMap<>();

  /// Takes the places.
  ///
  /// @param out a file or a directory; null for beside each input
  /// @param force whether anything there may be replaced
  /// @param several whether `out` can only be a directory
  Inputs(@Nullable Path out, boolean force, boolean several) {
    this.out = out;
    this.force = force;
    outIsDirectory = out != null && (several || Files.isDirectory(out));
  }

  /// What a path turns out to be.
  sealed interface Found {
    /// A file and where its result goes.
    record Job(Compactable file, Path output) implements Found {}

    /// Nothing to compact, and why.
    record Unusable(FileReport.Failed report) implements Found {}
  }

  /// The named files and all rollouts and requests in the named directories, sorted; results of
  /// compactions are left out there.
  ///
  /// @throws CommandFailedException if there are too many or a directory holds none
  static List<Path> expand(List<Path> named) {
    Set<Path> files = new LinkedHashSet<>();
    for (Path path : named) {
      if (Files.isDirectory(path)) {
        List<Path> found = walk(path);
        if (found.isEmpty()) {
          throw new CommandFailedException(
              ExitCode.NOT_FOUND, path + " holds no .jsonl or .json file to compact");
        }
        files.addAll(found);
      } else {
        files.add(path);
      }
      if (files.size() > MOST_FILES) {
        throw new CommandFailedException(
            ExitCode.USAGE, "more than " + MOST_FILES + " files; name fewer at a time");
      }
    }
    return List.copyOf(files);
  }

  private static List<Path> walk(Path directory) {
    try (Stream<Path> found = Files.walk(directory)) {
      return found
          .filter(Files::isRegularFile)
          .filter(file -> isInput(file.getFileName().toString()))
          .sorted()
          .limit(MOST_FILES + 1L)
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw new CommandFailedException(
          ExitCode.FAILED, directory + " cannot be read (" + e.getMessage() + ")");
    }
  }

  private static boolean isInput(String name) {
    return (name.endsWith(".jsonl") || name.endsWith(".json"))
        && !name.endsWith(".compacted.jsonl")
        && !name.endsWith(".compacted.json")
        && !name.startsWith(".");
  }

  /// Looks at a file. For any thread.
  Found look(Path path) {
    return switch (InputFile.open(path)) {
      case InputFile.Unreadable(Path file, String reason) ->
          new Found.Unusable(
              new FileReport.Failed(
                  file, Files.notExists(file) ? ExitCode.NOT_FOUND : ExitCode.FAILED, reason));
      case Compactable file -> {
        Path output = output(file);
        String problem = problem(path, output);
        yield problem == null
            ? new Found.Job(file, output)
            : new Found.Unusable(new FileReport.Failed(path, ExitCode.FAILED, problem));
      }
    };
  }

  private Path output(Compactable file) {
    if (out == null) {
      return file.path().resolveSibling(file.outputName());
    }
    return outIsDirectory ? out.resolve(file.outputName()) : out;
  }

  private @Nullable String problem(Path input, Path output) {
    Path other = inputOf.putIfAbsent(output.toAbsolutePath().normalize(), input);
    if (other != null && !other.equals(input)) {
      return output + " is the result of " + other + " too; give each its --out";
    }
    if (force || Files.notExists(output) || EarlierResult.mayBeReplaced(input, output)) {
      return null;
    }
    return output
        + " is there and is not just an earlier result; --force replaces it, --out writes elsewhere";
  }
}
