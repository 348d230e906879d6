package dev.kompakt.ingress.answer;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.record.CompactionStatus;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The form of `GET /v1/compactions/{id}` of a completed compaction: its face with the stored
/// answer as `result`.
public record CompactionWithResult(CompactionStatus status) implements AnswerForm {
  private static final byte[] RESULT = ",\"result\":".getBytes(StandardCharsets.US_ASCII);

  @Override
  public String contentType() {
    return JsonForm.CONTENT_TYPE;
  }

  @Override
  public byte[] preface() {
    return JsonForm.preface();
  }

  @Override
  public byte[] beat() {
    return JsonForm.beat();
  }

  @Override
  public Rendition render(AnswerSource source) {
    byte[] face = CompactionObject.of(status).json();
    byte[] before = Arrays.copyOf(face, face.length - 1 + RESULT.length);
    System.arraycopy(RESULT, 0, before, face.length - 1, RESULT.length);
    return JsonForm.framed(before, source, new ByteRange(0, source.bytes()), new byte[] {'}'});
  }

  @Override
  public byte @Nullable [] failure(ApiError error) {
    return null;
  }
}
