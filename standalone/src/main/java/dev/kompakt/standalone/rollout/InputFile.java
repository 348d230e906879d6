package dev.kompakt.standalone.rollout;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

/// A file someone wants compacted: one of the two kinds of [Compactable], or a reason why not.
public sealed interface InputFile permits Compactable, InputFile.Unreadable {
  Path path();

  /// A file that cannot be compacted.
  ///
  /// @param reason for the user, to be read after the path: says what is wrong and what to do
  record Unreadable(Path path, String reason) implements InputFile {}

  /// Looks at what lies there; reads a rollout once to its end.
  static InputFile open(Path path) {
    try {
      return InputFiles.open(path);
    } catch (AccessDeniedException e) {
      return new Unreadable(path, "may not be read by this user");
    } catch (IOException e) {
      return new Unreadable(path, "cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }
}
