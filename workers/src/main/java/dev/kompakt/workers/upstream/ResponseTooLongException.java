package dev.kompakt.workers.upstream;

import java.io.IOException;

/// An answer is longer than may be read.
final class ResponseTooLongException extends IOException {
  private static final long serialVersionUID = 1L;

  ResponseTooLongException(long limit) {
    super("the answer has more than " + limit + " bytes");
  }
}
