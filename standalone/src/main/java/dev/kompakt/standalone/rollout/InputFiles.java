package dev.kompakt.standalone.rollout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// Tells input files apart.
final class InputFiles {
  private static final int HEAD = 4096;

  private InputFiles() {}

  static InputFile open(Path path) throws IOException {
    if (Files.notExists(path)) {
      return new InputFile.Unreadable(path, "does not exist");
    }
    if (Files.isDirectory(path)) {
      return new InputFile.Unreadable(path, "is a directory");
    }
    if (!Files.isRegularFile(path)) {
      return new InputFile.Unreadable(path, "is not a regular file");
    }
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(OutputName.ROLLOUT) || name.endsWith(OutputName.REQUEST)) {
      return new InputFile.Unreadable(path, "is the result of a compaction already");
    }
    byte[] head = head(path);
    String problem = problem(head);
    if (!problem.isEmpty()) {
      return new InputFile.Unreadable(path, problem);
    }
    RequestScan request = RequestScan.of(path);
    return switch (request) {
      case RequestScan.Found(String model, int items) ->
          new RequestFile(path, model, items, Files.size(path));
      case RequestScan.NotOne(String reason) -> rollout(path, reason);
    };
  }

  private static InputFile rollout(Path path, String notARequest) throws IOException {
    RolloutScan scan = RolloutScan.of(path);
    if (!scan.isRollout()) {
      return new InputFile.Unreadable(path, notARequest);
    }
    if (!scan.hasMeta()) {
      return new InputFile.Unreadable(
          path, "is a rollout without its session_meta line, which codex cannot resume either");
    }
    RolloutFile.Contents contents = scan.contents();
    return contents.items().isEmpty()
        ? new InputFile.Unreadable(path, "holds no history to compact")
        : new RolloutFile(path, contents);
  }

  private static byte[] head(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(HEAD);
    }
  }

  private static String problem(byte[] head) {
    if (starts(head, 0x28, 0xb5, 0x2f, 0xfd)) {
      return "is compressed: decompress it first (zstd -d)";
    }
    if (starts(head, 0x1f, 0x8b)) {
      return "is compressed: decompress it first (gzip -d)";
    }
    if (starts(head, 0xff, 0xfe) || starts(head, 0xfe, 0xff) || starts(head, 0xef, 0xbb, 0xbf)) {
      return "begins with a byte order mark: save it as plain UTF-8";
    }
    for (byte b : head) {
      if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
        return b == '{' ? "" : "is not JSON: it does not begin with '{'";
      }
    }
    return "is empty";
  }

  private static boolean starts(byte[] head, int... magic) {
    if (head.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((head[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
