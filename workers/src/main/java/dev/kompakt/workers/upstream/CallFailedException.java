package dev.kompakt.workers.upstream;

import dev.kompakt.schemas.record.Outcome;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A call came to no answer.
final class CallFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Outcome.Transient.Cause why;

  CallFailedException(Outcome.Transient.Cause why, @Nullable Throwable cause) {
    super("upstream call: " + why, cause);
    this.why = why;
  }

  Outcome.Transient.Cause why() {
    return why;
  }
}
