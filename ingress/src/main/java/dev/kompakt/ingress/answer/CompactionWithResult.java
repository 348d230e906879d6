package dev.kompakt.ingress.answer;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.record.CompactionStatus;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The form of `GET /v1/compactions/{id}` of a completed compaction: its face with the stored
/// answer as `result`.
public record CompactionWithResult(CompactionStatus status) implements JsonForm {
  private static final byte[] RESULT = ",\"result\":".getBytes(StandardCharsets.US_ASCII);

  @Override
  public Rendition render(AnswerSource source) {
    byte[] face = CompactionObject.of(status).json();
    byte[] before = Arrays.copyOf(face, face.length - 1 + RESULT.length);
    System.arraycopy(RESULT, 0, before, face.length - 1, RESULT.length);
    return JsonForm.framed(before, source, new ByteRange(0, source.bytes()), new byte[] {'}'});
  }
}
