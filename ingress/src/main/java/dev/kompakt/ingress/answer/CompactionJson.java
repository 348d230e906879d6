package dev.kompakt.ingress.answer;

import dev.kompakt.schemas.history.ByteRange;
import org.jspecify.annotations.Nullable;

/// The form of `POST …/responses/compact`: the stored answer as it is.
public record CompactionJson() implements AnswerForm {
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
    return JsonForm.framed(
        JsonForm.preface(), source, new ByteRange(0, source.bytes()), JsonForm.preface());
  }

  @Override
  public byte @Nullable [] failure(ApiError error) {
    return null;
  }
}
