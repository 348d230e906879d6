package dev.kompakt.ingress.answer;

import java.io.IOException;

/// A stored answer cannot be handed out in the form asked for. The message holds none of its text.
public final class UnusableAnswerException extends IOException {
  private static final long serialVersionUID = 1L;

  UnusableAnswerException(String message) {
    super(message);
  }
}
