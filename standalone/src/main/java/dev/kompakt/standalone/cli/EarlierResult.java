package dev.kompakt.standalone.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether what lies at a result's place is an earlier result that nothing was added to since, so
/// that replacing it loses nothing.
final class EarlierResult {
  private static final int HEAD_BYTES = 8 * 1024;

  private EarlierResult() {}

  static boolean mayBeReplaced(Path input, Path result) {
    try {
      return result.toString().endsWith(".jsonl")
          ? isInputAndOneLine(input, result)
          : head(result, 0).replace(" ", "").contains("\"object\":\"response.compaction\"");
    } catch (IOException e) {
      return false;
    }
  }

  /// A compacted rollout is its input, as it was then, and one `compacted` line.
  private static boolean isInputAndOneLine(Path input, Path result) throws IOException {
    long lastLine = lastLine(result);
    String line = head(result, lastLine);
    if (lastLine == 0 || !line.contains("\"type\":\"compacted\"")) {
      return false;
    }
    try (InputStream was = new BufferedInputStream(Files.newInputStream(result));
        InputStream is = new BufferedInputStream(Files.newInputStream(input))) {
      for (long at = 0; at < lastLine; at++) {
        int b = is.read();
        // The input's last line may have had no end yet.
        if (was.read() != b && !(b < 0 && at == lastLine - 1)) {
          return false;
        }
      }
      return true;
    }
  }

  /// Where the last line begins; 0 if it has no end or is the only one.
  private static long lastLine(Path file) throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      byte[] block = new byte[64 * 1024];
      long end = in.length();
      long ends = 0;
      for (long from = end; from > 0; ) {
        int length = (int) Math.min(block.length, from);
        from -= length;
        in.seek(from);
        in.readFully(block, 0, length);
        for (int i = length - 1; i >= 0; i--) {
          if (block[i] == '\n' && ++ends == 2) {
            return from + i + 1;
          }
          if (ends == 0) {
            return 0;
          }
        }
      }
      return 0;
    }
  }

  private static String head(Path file, long from) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(from);
      return new String(in.readNBytes(HEAD_BYTES), StandardCharsets.UTF_8);
    }
  }
}
