package dev.kompakt.ingress.answer;

import dev.kompakt.schemas.history.ByteRange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/// A stored answer's bytes, which can be read more than once.
public interface AnswerSource {
  /// How many there are.
  long bytes();

  /// A part of them.
  ///
  /// @throws IOException if they cannot be read now
  InputStream open(ByteRange range) throws IOException;

  /// All of them.
  ///
  /// @throws IOException if they cannot be read now
  default InputStream open() throws IOException {
    return open(new ByteRange(0, bytes()));
  }

  /// An answer held in memory.
  static AnswerSource of(byte[] answer) {
    return new AnswerSource() {
      @Override
      public long bytes() {
        return answer.length;
      }

      @Override
      public InputStream open(ByteRange range) {
        Objects.checkFromIndexSize(range.offset(), range.length(), (long) answer.length);
        return new ByteArrayInputStream(answer, (int) range.offset(), (int) range.length());
      }
    };
  }
}
