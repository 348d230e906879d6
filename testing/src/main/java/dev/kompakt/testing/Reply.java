package dev.kompakt.testing;

import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// What [FakeUpstream] does with one call: what it answers, after how long, and how the bytes go
/// out.
///
/// @param held nothing goes out before this latch is down
/// @param delay from then on to the first byte of the answer
public record Reply(Answer answer, CountDownLatch held, Duration delay, Delivery delivery) {
  private static final CountDownLatch FREE = new CountDownLatch(0);

  /// What is said.
  public sealed interface Answer {
    /// The right answer for the endpoint.
    record Right() implements Answer {}

    /// The right answer for the endpoint, but for one thing.
    record Wrong(Twist twist) implements Answer {}

    /// These bytes with this status, at every endpoint.
    record Fixed(int status, Map<String, String> headers, String body, Charset charset)
        implements Answer {
      public Fixed {
        headers = Map.copyOf(headers);
      }
    }

    /// The right answer for the endpoint, its text padded with this many bytes.
    record Huge(long padding) implements Answer {}
  }

  /// What may be wrong with an otherwise right answer.
  public enum Twist {
    /// The summary, or the item's `encrypted_content`, is the empty string.
    EMPTY_SUMMARY,
    TWO_COMPACTION_ITEMS,
    NO_COMPACTION_ITEM,
    /// Status `incomplete` (`response.incomplete` in a stream), as when the output limit is hit.
    INCOMPLETE,
    /// A refusal where the summary should be.
    REFUSAL,
    /// The stream ends, in order, before `response.completed`.
    NEVER_COMPLETED,
    /// Nothing is wrong but the `Content-Type`: `text/plain`.
    WRONG_CONTENT_TYPE,
    /// A JSON object without `output`.
    NO_OUTPUT
  }

  /// How the bytes go out.
  public sealed interface Delivery {
    record Whole() implements Delivery {}

    /// A few bytes at a time.
    record Drip(int bytes, Duration every) implements Delivery {}

    /// Headers and the first bytes of the body, then the end.
    ///
    /// @param afterBytes of the body; below 0 it counts from the body's end
    record Stop(long afterBytes, End how) implements Delivery {}

    /// No byte at all.
    record NoHeaders(End how) implements Delivery {}
  }

  /// How an answer that is not whole ends.
  public enum End {
    /// In order, as if it were whole.
    CLEAN,
    /// The connection is closed (FIN), short of what the headers promise.
    CLOSE,
    /// The connection is reset (RST).
    RESET,
    /// Nothing more comes until the client leaves.
    SILENCE
  }

  public static Reply success() {
    return of(new Answer.Right());
  }

  public static Reply wrong(Twist twist) {
    return of(new Answer.Wrong(twist));
  }

  public static Reply huge(long padding) {
    return of(new Answer.Huge(padding));
  }

  /// Any status, headers and body; `Content-Type` is JSON unless given in lower case.
  public static Reply status(int status, Map<String, String> headers, String body) {
    return of(new Answer.Fixed(status, headers, body, StandardCharsets.UTF_8));
  }

  /// An error in OpenAI's envelope.
  public static Reply error(int status, String type, String code, String message) {
    return status(status, Map.of(), Answers.error(type, code, message));
  }

  public static Reply tooLarge() {
    return status(413, Map.of("content-type", "text/html"), "<html>413 Payload Too Large</html>");
  }

  public static Reply contextLengthExceeded() {
    return error(
        400,
        "invalid_request_error",
        "context_length_exceeded",
        "Your input exceeds the context window of this model.");
  }

  /// A 400 that is the request's own fault.
  public static Reply invalidRequest() {
    return error(
        400, "invalid_request_error", "invalid_value", "Invalid value: '" + Canaries.TEXT + "'.");
  }

  public static Reply rateLimited() {
    return error(429, "requests", "rate_limit_exceeded", "Rate limit reached.");
  }

  public static Reply rateLimited(Duration retryAfter) {
    return rateLimited().header("retry-after", Long.toString(retryAfter.toSeconds()));
  }

  /// A ChatGPT plan's window is used up.
  public static Reply usageLimitReached(Instant resetsAt) {
    return status(
        429,
        Map.of(),
        """
        {"error":{"type":"usage_limit_reached","message":"The usage limit has been reached",\
        "plan_type":"plus","resets_at":%d}}"""
            .formatted(resetsAt.getEpochSecond()));
  }

  public static Reply unauthorized() {
    return error(
        401,
        "invalid_request_error",
        "invalid_api_key",
        "Incorrect API key provided: " + Canaries.SECRET);
  }

  public static Reply internalError() {
    return error(500, "server_error", "server_error", "The server had an error: " + Canaries.TEXT);
  }

  public static Reply badGateway() {
    return status(502, Map.of("content-type", "text/html"), "<html>502 Bad Gateway</html>");
  }

  public static Reply unavailable() {
    return error(503, "server_error", "server_is_overloaded", "The server is overloaded.");
  }

  public static Reply overloaded() {
    return error(529, "overloaded_error", "overloaded", "Overloaded");
  }

  public static Reply redirect(URI to) {
    return status(307, Map.of("location", to.toString()), "");
  }

  /// 200 and JSON by its header, but not by its body.
  public static Reply garbage() {
    return status(200, Map.of(), "\u0001\u0002}{ not json [[");
  }

  public static Reply html() {
    return status(200, Map.of("content-type", "text/html"), "<!doctype html><html>Sign in</html>");
  }

  public static Reply errorUnder200() {
    return status(200, Map.of(), Answers.error("server_error", "server_error", "Sorry"));
  }

  /// A right answer of which the last bytes are missing, though it ends in order.
  public static Reply truncated() {
    return success().stoppingAfter(-12, End.CLEAN);
  }

  /// The connection is cut where the answer is half out.
  public static Reply cut(long afterBytes) {
    return success().stoppingAfter(afterBytes, End.CLOSE);
  }

  public static Reply reset(long afterBytes) {
    return success().stoppingAfter(afterBytes, End.RESET);
  }

  public static Reply closedBeforeHeaders() {
    return success().over(new Delivery.NoHeaders(End.CLOSE));
  }

  public static Reply resetBeforeHeaders() {
    return success().over(new Delivery.NoHeaders(End.RESET));
  }

  public static Reply neverAnswered() {
    return success().over(new Delivery.NoHeaders(End.SILENCE));
  }

  public static Reply silentAfterHeaders() {
    return success().stoppingAfter(0, End.SILENCE);
  }

  /// A right answer, one byte at a time.
  public static Reply drip(Duration every) {
    return success().over(new Delivery.Drip(1, every));
  }

  /// The same after some time.
  public Reply after(Duration delay) {
    return new Reply(answer, held, delay, delivery);
  }

  /// The same, once the latch is down; until then a client that leaves is noticed at once.
  public Reply after(CountDownLatch released) {
    return new Reply(answer, released, delay, delivery);
  }

  /// The same, delivered otherwise.
  public Reply over(Delivery delivery) {
    return new Reply(answer, held, delay, delivery);
  }

  public Reply stoppingAfter(long afterBytes, End how) {
    return over(new Delivery.Stop(afterBytes, how));
  }

  /// The same with one more header; only for an answer that is an [Answer.Fixed].
  public Reply header(String name, String value) {
    if (!(answer
        instanceof
        Answer.Fixed(int status, Map<String, String> headers, String body, Charset charset))) {
      throw new IllegalStateException("only a fixed answer takes headers");
    }
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Reply(new Answer.Fixed(status, more, body, charset), held, delay, delivery);
  }

  private static Reply of(Answer answer) {
    return new Reply(answer, FREE, Duration.ZERO, new Delivery.Whole());
  }

  /// How many bytes of a body of this length a [Delivery.Stop] lets through.
  static long through(Delivery.Stop stop, long length) {
    long bytes = stop.afterBytes() < 0 ? length + stop.afterBytes() : stop.afterBytes();
    return Math.clamp(bytes, 0, length);
  }
}
