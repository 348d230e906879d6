package dev.kompakt.ingress.answer;

import dev.kompakt.schemas.history.ByteRange;

/// The form of `POST …/responses/compact`: the stored answer as it is.
public record CompactionJson() implements JsonForm {
  @Override
  public Rendition render(AnswerSource source) {
    return JsonForm.framed(new byte[0], source, new ByteRange(0, source.bytes()), new byte[0]);
  }
}
