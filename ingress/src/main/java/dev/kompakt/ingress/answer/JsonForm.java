package dev.kompakt.ingress.answer;

import dev.kompakt.schemas.history.ByteRange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// What the unary forms have in common: whitespace before a JSON value keeps a connection alive,
/// and a stored answer is framed by bytes of ours.
sealed interface JsonForm extends AnswerForm
    permits CompactionJson, CompactionWithResult, ResponseJson {
  int COPY_BYTES = 32 * 1024;

  @Override
  default String contentType() {
    return "application/json";
  }

  @Override
  default byte[] preface() {
    return new byte[0];
  }

  @Override
  default byte[] beat() {
    return new byte[] {'\n'};
  }

  /// JSON that has begun cannot tell of a failure.
  @Override
  default byte @Nullable [] failure(ApiError error) {
    return null;
  }

  /// A part of the stored answer between two pieces of text.
  static Rendition framed(byte[] before, AnswerSource source, ByteRange part, byte[] after) {
    return new Rendition() {
      @Override
      public long length() {
        return before.length + part.length() + after.length;
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        out.write(before);
        try (InputStream in = source.open(part)) {
          copy(in, out, part.length());
        }
        out.write(after);
      }
    };
  }

  /// Copies exactly so many bytes.
  static void copy(InputStream in, OutputStream out, long bytes) throws IOException {
    byte[] buffer = new byte[(int) Math.min(COPY_BYTES, Math.max(1, bytes))];
    for (long left = bytes; left > 0; ) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        throw new UnusableAnswerException("the stored answer ends too early");
      }
      out.write(buffer, 0, read);
      left -= read;
    }
  }
}
