package dev.kompakt.bootstrap.payload;

import dev.kompakt.schemas.history.PayloadRef;

/// A payload is gone for good: past its retention, or not to be opened with this key.
public final class PayloadLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PayloadLostException(PayloadRef ref, String why) {
    super("payload " + ref.id() + " " + why);
  }
}
