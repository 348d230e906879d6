package dev.kompakt.ingress.admission;

import java.util.Locale;

/// Whether a request may come in.
public sealed interface Admitted permits Permit, Admitted.Refusal {
  /// Why a request may not come in now.
  enum Reason {
    /// Too many requests, over all lanes or in its own.
    REQUESTS("gateway_overloaded"),
    /// Too many bytes of bodies, over all lanes or in its own.
    BODY_BYTES("gateway_overloaded"),
    /// Its key holds its share of a lane that is over half full.
    SHARE("gateway_overloaded"),
    /// Its key has as many running as it may.
    KEY_CONCURRENCY("rate_limit_exceeded"),
    /// Its key has begun as many within a minute as it may.
    KEY_RATE("rate_limit_exceeded"),
    /// Its tenant has used the tokens of the day.
    KEY_TOKENS("token_budget_exceeded");

    private final String code;

    Reason(String code) {
      this.code = code;
    }

    /// `error.code` its sender is told.
    public String code() {
      return code;
    }

    /// Its name as a value of a meter's tag.
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// It may not come in now.
  ///
  /// @param retryAfterSeconds 1 to 60
  record Refusal(Reason reason, int retryAfterSeconds, String message) implements Admitted {
    static Refusal overloaded(Reason reason, String message) {
      return new Refusal(reason, 2, message);
    }
  }
}
