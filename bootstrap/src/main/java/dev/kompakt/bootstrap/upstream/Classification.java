package dev.kompakt.bootstrap.upstream;

import dev.kompakt.schemas.history.Tokens;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.schemas.record.Outcome.TooLarge.Unit;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.Outcome.Unauthorized.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a provider's error is to us. Pure.
///
/// @param wireBytes of the request
/// @param header the response's headers
/// @param now by our clock
/// @param implausible called for each reset or wait that cannot be and is ignored
public record Classification(
    long wireBytes, Function<String, Optional<String>> header, Instant now, Runnable implausible) {
  private static final Duration RATE_LIMIT_DEFAULT = Duration.ofSeconds(5);
  private static final Duration RATE_LIMIT_LEAST = Duration.ofMillis(100);

  /// A reset that is over for less than this was one when the provider said it, by its clock.
  private static final Duration JUST_OVER = Duration.ofMinutes(1);

  private static final Pattern TOO_MANY_TOKENS =
      Pattern.compile(
          "context.{0,20}(length|window|limit).{0,80}exceed"
              + "|exceed.{0,80}context.{0,20}(length|window|limit)"
              + "|maximum context length"
              + "|prompt tokens?.{0,40}exceed"
              + "|(prompt|input|request) is too long"
              + "|too many (input |prompt )?tokens",
          Pattern.DOTALL);

  /// A cap on what is written, which no split helps.
  private static final Pattern ABOUT_OUTPUT =
      Pattern.compile("max_(output_|completion_)?tokens|completion tokens|output tokens at most");

  private static final Pattern NEVER_FITS = Pattern.compile("request too large");

  private static final Set<String> DEACTIVATED =
      Set.of("account_deactivated", "account_suspended", "account_deleted");

  /// Whether an error says that the provider has closed the account: by one of three codes, or in
  /// so many words. A status alone never does.
  public static boolean deactivated(String code, String message) {
    return DEACTIVATED.contains(code)
        || message.toLowerCase(Locale.ROOT).contains("account has been deactivated");
  }

  /// An HTTP status other than 200 to 299.
  public Outcome status(int status, ErrorBody error) {
    boolean ofAccounts = status == 401 || status == 402 || status == 403;
    if (ofAccounts && deactivated(error.code(), error.message())) {
      return new Outcome.Unauthorized(status, Standing.DEACTIVATED);
    }
    return switch (status) {
      case 400, 422 -> badRequest(status, error);
      case 401, 403 -> new Outcome.Unauthorized(status, null);
      case 402 -> exhausted(error);
      case 413 -> tooLarge(error.type().equals("tokens") ? Unit.TOKENS : Unit.BYTES);
      case 429 -> tooMany(error);
      case 408, 409, 425 -> transientError(Cause.SERVER_ERROR, status, error);
      case 503, 529 -> transientError(Cause.OVERLOADED, status, error);
      default -> {
        if (status >= 300 && status < 400) {
          yield new Outcome.Malformed(Fault.REDIRECT);
        }
        yield status >= 400 && status < 500
            ? rejected(status, error)
            : transientError(
                overloaded(error) ? Cause.OVERLOADED : Cause.SERVER_ERROR, status, error);
      }
    };
  }

  /// An error that came inside a stream or a response object, after the status 200.
  public Outcome late(ErrorBody error) {
    return switch (error.code()) {
      case "rate_limit_exceeded",
          "insufficient_quota",
          "usage_limit_reached",
          "usage_not_included" ->
          status(429, error);
      case "invalid_api_key", "account_deactivated", "account_suspended", "account_deleted" ->
          status(401, error);
      case "server_is_overloaded", "slow_down", "overloaded" -> status(503, error);
      case "invalid_prompt",
          "invalid_encrypted_content",
          "data_residency_mismatch",
          "bio_policy",
          "cyber_policy",
          "misalignment_policy_violation",
          "content_policy_violation" ->
          rejected(400, error);
      default -> {
        if (error.type().equals("usage_limit_reached")) {
          yield status(429, error);
        }
        yield tooManyTokens(error)
            ? tooLarge(Unit.TOKENS)
            : transientError(Cause.SERVER_ERROR, 500, error);
      }
    };
  }

  private Outcome badRequest(int status, ErrorBody error) {
    if (tooManyTokens(error)) {
      return tooLarge(Unit.TOKENS);
    }
    // one text or the list of items is too long: a split helps, unless it is another field
    boolean inInput = error.param() == null || error.param().startsWith("input");
    return switch (error.code()) {
      case "string_above_max_length", "array_above_max_length" ->
          inInput ? tooLarge(Unit.BYTES) : rejected(status, error);
      default -> rejected(status, error);
    };
  }

  private Outcome tooMany(ErrorBody error) {
    if (error.type().equals("usage_limit_reached")
        || error.code().equals("usage_limit_reached")
        || error.code().equals("insufficient_quota")
        || error.type().equals("insufficient_quota")) {
      return exhausted(error);
    }
    if (error.type().equals("usage_not_included") || error.code().equals("usage_not_included")) {
      return new Outcome.Unauthorized(429, null);
    }
    if (NEVER_FITS.matcher(error.message().toLowerCase(Locale.ROOT)).find()) {
      return tooLarge(Unit.TOKENS); // no waiting makes room for it
    }
    Duration wait = wait(error);
    if (wait == null) {
      return new Outcome.RateLimited(RATE_LIMIT_DEFAULT);
    }
    return new Outcome.RateLimited(wait.compareTo(RATE_LIMIT_LEAST) < 0 ? RATE_LIMIT_LEAST : wait);
  }

  private static boolean tooManyTokens(ErrorBody error) {
    return switch (error.code()) {
      case "context_length_exceeded",
          "model_max_prompt_tokens_exceeded",
          "max_prompt_tokens_exceeded" ->
          true;
      default -> {
        String message = error.message().toLowerCase(Locale.ROOT);
        yield TOO_MANY_TOKENS.matcher(message).find() && !ABOUT_OUTPUT.matcher(message).find();
      }
    };
  }

  private static boolean overloaded(ErrorBody error) {
    return error.code().equals("server_is_overloaded") || error.code().equals("slow_down");
  }

  private Outcome tooLarge(Unit unit) {
    return new Outcome.TooLarge(
        unit, unit == Unit.BYTES ? wireBytes : Tokens.estimate(wireBytes), null);
  }

  private Outcome transientError(Cause cause, int status, ErrorBody error) {
    return new Outcome.Transient(cause, status, wait(error));
  }

  private @Nullable Duration wait(ErrorBody error) {
    Duration wait = RetryAfter.of(header, error.message(), now);
    if (wait == null && RetryAfter.said(header)) {
      implausible.run();
    }
    return wait;
  }

  private Outcome exhausted(ErrorBody error) {
    Instant at = error.resetsAt();
    return at != null && !at.isAfter(now) && at.isAfter(now.minus(JUST_OVER))
        ? new Outcome.RateLimited(RATE_LIMIT_DEFAULT)
        : new Outcome.QuotaExhausted(resetsAt(error));
  }

  /// The time by the provider's clock.
  public Instant theirs() {
    return now.plus(ProviderClock.ahead(header, now));
  }

  /// By our clock.
  private @Nullable Instant resetsAt(ErrorBody error) {
    Instant said = error.resetsAt();
    Instant at = said == null ? null : said.minus(ProviderClock.ahead(header, now));
    if (at == null || (at.isAfter(now) && !at.isAfter(now.plus(UsageReadings.LONGEST)))) {
      return at;
    }
    implausible.run();
    return null;
  }

  private static Outcome rejected(int status, ErrorBody error) {
    String code = error.code().isEmpty() ? error.type() : error.code();
    return new Outcome.Rejected(
        status, ErrorBody.sanitized(code), ErrorBody.sanitized(error.param()));
  }
}
