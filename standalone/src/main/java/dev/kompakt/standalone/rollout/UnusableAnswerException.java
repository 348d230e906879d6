package dev.kompakt.standalone.rollout;

import java.io.IOException;

/// An answer is no complete compaction response. The message holds nothing of it.
public final class UnusableAnswerException extends IOException {
  private static final long serialVersionUID = 1L;

  UnusableAnswerException(String message) {
    super(message);
  }
}
