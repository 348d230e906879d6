package dev.kompakt.ingress.admission;

/// What is known of whoever sends a request.
public sealed interface Identity {
  /// Someone who may call.
  record Known(Caller caller) implements Identity {}

  /// Someone who may not.
  enum Stranger implements Identity {
    /// The key is none that is known. Says the same of a key that never was and one revoked.
    UNKNOWN("invalid_api_key", "No valid API key was given."),
    /// The key is not what was once shown; nothing has been looked up to find out.
    MISTYPED("malformed_api_key", "The API key is mistyped: its checksum is wrong."),
    /// The key is right, and its time is over.
    EXPIRED("api_key_expired", "The API key has expired."),
    /// No keys are asked for, so that only this machine may call.
    NOT_LOCAL("loopback_only", "Without client keys only this machine may call.");

    private final String code;
    private final String message;

    Stranger(String code, String message) {
      this.code = code;
      this.message = message;
    }

    /// `error.code` it is told.
    public String code() {
      return code;
    }

    /// What it is told.
    public String message() {
      return message;
    }
  }
}
