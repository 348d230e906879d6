package dev.kompakt.ingress.answer;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// How one request is answered: what keeps its connection alive, and what its answer looks like.
/// Keepalives may come before the answer, never within it.
public sealed interface AnswerForm permits JsonForm, ResponseEvents {
  /// The response's `Content-Type`.
  String contentType();

  /// What comes before anything else, once the status is committed; may be empty.
  byte[] preface();

  /// One keepalive.
  byte[] beat();

  /// Makes the answer ready to be written, so that whatever is wrong with it shows before.
  ///
  /// @throws UnusableAnswerException if the stored answer does not have this form
  /// @throws IOException if it cannot be read now
  Rendition render(AnswerSource source) throws IOException;

  /// How failure is told once the status is committed; null if it cannot be told, and the body must
  /// break.
  byte @Nullable [] failure(ApiError error);

  /// An answer ready to be written, preface not included.
  interface Rendition {
    /// Bytes that [#writeTo] writes; -1 if not known.
    long length();

    /// Writes the whole answer.
    ///
    /// @throws IOException what source or sink threw; the answer is then incomplete
    void writeTo(OutputStream out) throws IOException;
  }
}
