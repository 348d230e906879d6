package dev.kompakt.router.decide;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.schemas.record.DeadLetter.Cause;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Why a compaction failed, as a class to count by and as the error a client is told, with what to
/// do next. Never 413, which some clients answer by sending the whole body again, and never an
/// account's own 401 or 403. A time to wait is told only where it is known when the same request
/// can succeed: a client that was told one comes back just when a new run can be made.
record Failures(Cause cause, Failure failure) {
  private static final String SERVER_ERROR = "server_error";
  private static final String INVALID_REQUEST = "invalid_request_error";
  private static final String LATER = "Send the same request again after a minute";
  private static final int LONGEST_RETRY_SECONDS = 60;

  /// Client errors with a meaning of their own for clients, which a refused payload does not have.
  private static final Set<Integer> MISLEADING = Set.of(401, 403, 404, 408, 413, 429);

  static Failures tooLarge() {
    return of(
        Cause.TOO_LARGE,
        400,
        INVALID_REQUEST,
        "context_length_exceeded",
        "The provider refuses even the smallest part this history can be cut into as too large."
            + " Choose a model with a larger context window, or remove the largest item.",
        null);
  }

  static Failures tooManyCalls(int needed, int maxCalls) {
    return of(
        Cause.CALLS_EXHAUSTED,
        400,
        INVALID_REQUEST,
        "max_calls_exceeded",
        "This history needs at least "
            + needed
            + " more upstream calls at the size the provider accepts; at most "
            + maxCalls
            + " are made for one compaction. Send a shorter history, or raise"
            + " compaction.maxCalls.",
        null);
  }

  /// No account can be used for so long.
  ///
  /// @param resetsAt when that ends; null if it is not known
  static Failures resting(Pause.Cause cause, Duration left, @Nullable Instant resetsAt) {
    int seconds = seconds(left);
    return switch (cause) {
      case RATE_LIMITED, BUSY ->
          of(
              Cause.RATE_LIMITED,
              429,
              "requests",
              "rate_limit_exceeded",
              "Every account is rate limited by the provider. Please try again in "
                  + seconds
                  + "s.",
              seconds);
      case QUOTA_EXHAUSTED ->
          new Failures(
              Cause.QUOTA_EXHAUSTED,
              new Failure(
                  429,
                  "usage_limit_reached",
                  "usage_limit_reached",
                  "The quota of every account is used up"
                      + (resetsAt == null
                          ? ""
                          : " until " + resetsAt.truncatedTo(ChronoUnit.SECONDS))
                      + ". Send the same request again once it is renewed, or add an account.",
                  seconds,
                  resetsAt));
      case REFUSED -> noAccount();
    };
  }

  static Failures noAccount() {
    return of(
        Cause.UNAUTHORIZED,
        503,
        SERVER_ERROR,
        "no_account",
        "No account can be used: the provider refuses the credential of each, or none is"
            + " configured. The operator has to check the accounts' keys.",
        null);
  }

  static Failures timedOut() {
    return of(
        Cause.TIMED_OUT,
        504,
        SERVER_ERROR,
        "compaction_timed_out",
        "The compaction did not end before its deadline. "
            + LATER
            + ": it goes on from the parts that are done.",
        null);
  }

  /// The failure of a compaction that ends with this outcome of an attempt.
  static Failures of(Outcome outcome, Instant now) {
    return switch (outcome) {
      case Outcome.TooLarge _ -> tooLarge();
      case Outcome.RateLimited(Duration retryAfter) ->
          resting(Pause.Cause.RATE_LIMITED, retryAfter, null);
      case Outcome.QuotaExhausted(Instant resetsAt) ->
          resting(
              Pause.Cause.QUOTA_EXHAUSTED,
              resetsAt == null
                  ? Duration.ofSeconds(LONGEST_RETRY_SECONDS)
                  : Duration.between(now, resetsAt),
              resetsAt);
      case Outcome.Unauthorized _ -> noAccount();
      case Outcome.Unsupported(int status) -> rejected(new Outcome.Rejected(status, null, null));
      case Outcome.Transient(Outcome.Transient.Cause cause, _, _) -> unavailable(cause);
      case Outcome.Malformed _ ->
          of(
              Cause.UPSTREAM_MALFORMED,
              502,
              SERVER_ERROR,
              "upstream_malformed",
              "The provider answered repeatedly with something that is no compaction. "
                  + LATER
                  + ", or choose another model.",
              null);
      case Outcome.Rejected rejected -> rejected(rejected);
      case Outcome.PayloadLost _ ->
          of(
              Cause.PAYLOAD_LOST,
              500,
              SERVER_ERROR,
              "payload_lost",
              "The stored history can no longer be read. Send the same request again to start"
                  + " anew.",
              1);
      case Outcome.WorkerLost _ ->
          of(
              Cause.WORKER_LOST,
              500,
              SERVER_ERROR,
              "worker_lost",
              "Worker after worker went away in the middle of this compaction. The operator has to"
                  + " look why the workers ended.",
              null);
      case Outcome.Succeeded _, Outcome.Cancelled _, Outcome.Declined _ -> timedOut();
    };
  }

  /// Whatever time the provider named was waited out between the tries, to no avail.
  private static Failures unavailable(Outcome.Transient.Cause cause) {
    return cause == Outcome.Transient.Cause.OVERLOADED
        ? of(
            Cause.UPSTREAM_UNAVAILABLE,
            503,
            SERVER_ERROR,
            "server_is_overloaded",
            "The provider is overloaded and stayed so through several tries. "
                + LATER
                + ": it goes on from the parts that are done.",
            null)
        : of(
            Cause.UPSTREAM_UNAVAILABLE,
            502,
            SERVER_ERROR,
            "upstream_error",
            "The provider could not be reached or failed through several tries ("
                + cause.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                + "). "
                + LATER
                + ": it goes on from the parts that are done.",
            null);
  }

  private static Failures rejected(Outcome.Rejected rejected) {
    int status = rejected.status();
    boolean own = status >= 400 && status <= 499 && !MISLEADING.contains(status);
    String code = plain(rejected.code());
    String param = plain(rejected.param());
    return of(
        Cause.REJECTED,
        own ? status : 400,
        INVALID_REQUEST,
        code == null ? "request_rejected" : code,
        "The provider rejects the request with status "
            + status
            + (code == null ? "" : ", code " + code)
            + (param == null ? "" : ", parameter " + param)
            + ". Correct the request; it is not tried again as it is.",
        null);
  }

  /// Codes come from outside: nothing but a plain word is shown.
  private static @Nullable String plain(@Nullable String text) {
    return text != null && text.matches("[A-Za-z0-9_.\\[\\]-]{1,64}") ? text : null;
  }

  private static int seconds(Duration duration) {
    return (int) Math.clamp(duration.plusMillis(999).toSeconds(), 1L, LONGEST_RETRY_SECONDS);
  }

  private static Failures of(
      Cause cause,
      int status,
      String type,
      String code,
      String message,
      @Nullable Integer retryAfterSeconds) {
    return new Failures(cause, new Failure(status, type, code, message, retryAfterSeconds));
  }
}
