package dev.kompakt.workers.upstream;

import dev.kompakt.schemas.record.Outcome;
import java.io.IOException;

/// The client's fields cannot be sent on, to any account.
public final class EnvelopeRejectedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String code;

  EnvelopeRejectedException(String code) {
    super("the request cannot be sent on: " + code);
    this.code = code;
  }

  public Outcome outcome() {
    return new Outcome.Rejected(400, code, null);
  }
}
