package dev.kompakt.standalone.cli;

import java.io.IOException;

/// The data plane refused a request, or a compaction failed.
final class ApiException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;

  ApiException(int status, String code, String message) {
    super(message + " (" + status + " " + code + ")");
    this.status = status;
  }

  /// Whether it may be gone in a while.
  boolean passing() {
    return status == 429 || status == 503;
  }
}
