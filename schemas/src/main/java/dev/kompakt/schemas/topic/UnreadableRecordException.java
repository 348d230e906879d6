package dev.kompakt.schemas.topic;

/// A record's bytes cannot be read: broken, or of a newer major version. The message holds no
/// content of the record.
public final class UnreadableRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnreadableRecordException(String message) {
    super(message);
  }
}
