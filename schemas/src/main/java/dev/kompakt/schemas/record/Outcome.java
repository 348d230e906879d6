package dev.kompakt.schemas.record;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kompakt.schemas.history.PayloadRef;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What an attempt came to. The router decides by the variant alone; texts are for people.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Outcome {
  /// A valid, complete result is stored.
  @JsonTypeName("succeeded")
  record Succeeded(PayloadRef result, Usage usage) implements Outcome {}

  /// The provider refused the size, or the worker knew it would.
  ///
  /// @param unit what was too much
  /// @param size of this request, in `unit`
  /// @param limit the learned smallest rejected size the worker went by, if it made no call
  @JsonTypeName("too_large")
  record TooLarge(Unit unit, long size, @Nullable Long limit) implements Outcome {
    /// What a limit counts.
    public enum Unit {
      BYTES,
      TOKENS
    }
  }

  /// The account may be used again after `retryAfter`; no attempt is spent.
  @JsonTypeName("rate_limited")
  record RateLimited(Duration retryAfter) implements Outcome {}

  /// The account's window or credit is used up.
  @JsonTypeName("quota_exhausted")
  record QuotaExhausted(@Nullable Instant resetsAt) implements Outcome {}

  /// The account's credential was refused.
  ///
  /// @param standing what that says of the account; null for nothing lasting
  @JsonTypeName("unauthorized")
  record Unauthorized(int status, @Nullable Standing standing) implements Outcome {
    public enum Standing {
      /// Its owner has to sign in again, or the key is no longer good.
      REAUTH_REQUIRED,
      /// The provider has closed the account.
      DEACTIVATED
    }
  }

  /// The provider does not serve this endpoint; another mode may do.
  @JsonTypeName("unsupported")
  record Unsupported(int status) implements Outcome {}

  /// May succeed when tried again.
  @JsonTypeName("transient")
  record Transient(Cause cause, @Nullable Integer status, @Nullable Duration retryAfter)
      implements Outcome {
    public enum Cause {
      CONNECT_FAILED,
      CONNECTION_LOST,
      HEADER_TIMEOUT,
      IDLE_TIMEOUT,
      TOTAL_TIMEOUT,
      SERVER_ERROR,
      OVERLOADED,
      WORKER_FAULT
    }
  }

  /// The request itself is refused; the same request would be refused by every account.
  ///
  /// @param code the provider's error code, cut to 64 characters of `[A-Za-z0-9_.-]`
  /// @param param the field it names, likewise
  @JsonTypeName("rejected")
  record Rejected(int status, @Nullable String code, @Nullable String param) implements Outcome {
    /// Whether it is refused for ciphertext that another account made.
    public boolean unreadable() {
      return "invalid_encrypted_content".equals(code);
    }
  }

  /// The provider answered, but not with a result. Tried again, never merged.
  @JsonTypeName("malformed")
  record Malformed(Fault fault) implements Outcome {
    public enum Fault {
      NOT_JSON,
      WRONG_CONTENT_TYPE,
      ERROR_UNDER_200,
      EMPTY_SUMMARY,
      INCOMPLETE,
      NOT_ONE_COMPACTION_ITEM,
      MISSING_OUTPUT,
      TOO_LONG,
      REDIRECT,
      TRUNCATED
    }
  }

  /// Stopped because the compaction ended.
  @JsonTypeName("cancelled")
  record Cancelled() implements Outcome {}

  /// The lane cannot take it soon; for another account, without spending an attempt.
  ///
  /// @param until when its account may have room again; null if that is not known
  @JsonTypeName("declined")
  record Declined(@Nullable Instant until) implements Outcome {}

  /// A payload it needs is past its retention or cannot be opened.
  @JsonTypeName("payload_lost")
  record PayloadLost() implements Outcome {}

  /// Worker after worker went away in it; it is not given to another.
  @JsonTypeName("worker_lost")
  record WorkerLost() implements Outcome {}
}
