package dev.kompakt.ingress.http;

import dev.kompakt.ingress.answer.ApiError;

/// A request is refused, with what its client is told. Has no stack trace: it is no fault of ours.
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient ApiError error;

  RefusedException(ApiError error) {
    super(error.code(), null, false, false);
    this.error = error;
  }

  static RefusedException invalid(int status, String code, String message) {
    return new RefusedException(ApiError.invalid(status, code, message));
  }

  ApiError error() {
    return error;
  }
}
