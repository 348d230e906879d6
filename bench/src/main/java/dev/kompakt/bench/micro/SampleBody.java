package dev.kompakt.bench.micro;

import dev.kompakt.testing.Histories;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// Request bodies of [#BYTES] or a little more, as a benchmark's parameter names them.
public enum SampleBody {
  /// Messages of ASCII text without any escape.
  PLAIN {
    @Override
    byte[] bytes() {
      StringBuilder body = new StringBuilder(OPEN);
      Random random = new Random(1);
      while (body.length() < BYTES) {
        body.append(MESSAGE_OPEN);
        words(body, random, 50 + random.nextInt(4000));
        body.append(MESSAGE_CLOSE).append(',');
      }
      return body.append(LAST).toString().getBytes(StandardCharsets.US_ASCII);
    }
  },

  /// A coding session as the tests make them: calls with their outputs, many escapes, characters of
  /// one to four bytes.
  ESCAPED {
    @Override
    byte[] bytes() {
      return Histories.ofBytes(1, BYTES).toBytes();
    }
  },

  /// One message that is one string of ASCII text.
  GIANT {
    @Override
    byte[] bytes() {
      StringBuilder body = new StringBuilder(OPEN).append(MESSAGE_OPEN);
      words(body, new Random(1), BYTES);
      return body.append(MESSAGE_CLOSE)
          .append(',')
          .append(LAST)
          .toString()
          .getBytes(StandardCharsets.US_ASCII);
    }
  };

  static final int BYTES = 5 << 20;

  private static final String OPEN = "{\"model\":\"gpt-5.5\",\"input\":[";
  private static final String MESSAGE_OPEN =
      "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"";
  private static final String MESSAGE_CLOSE = "\"}]}";
  private static final String LAST =
      "{\"type\":\"message\",\"role\":\"user\",\"content\":\"go on\"}]}";
  private static final String[] WORDS = {
    "the", "build", "fails", "at", "line", "module", "test", "expected", "queue", "path/to/file.rs"
  };

  abstract byte[] bytes();

  private static void words(StringBuilder text, Random random, int bytes) {
    int end = text.length() + bytes;
    while (text.length() < end) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
    }
  }
}
