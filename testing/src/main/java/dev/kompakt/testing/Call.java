package dev.kompakt.testing;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One request [FakeUpstream] got, from its headers on; what came after is filled in as it happens.
public final class Call {
  /// What was asked for.
  public enum Endpoint {
    /// `POST …/responses/compact`.
    COMPACT,
    /// `POST …/responses` with a trailing `compaction_trigger`.
    TRIGGER,
    /// Any other `POST …/responses`.
    SUMMARY,
    /// `GET …/models`.
    MODELS,
    /// `GET …/wham/usage`.
    USAGE,
    /// `POST …/oauth/token`.
    TOKEN,
    /// Nothing this server has.
    UNKNOWN
  }

  /// How a call ended.
  ///
  /// @param status sent, 0 if none was
  /// @param whole whether the answer went out to its end
  public record Ended(Instant at, int status, boolean whole) {}

  private final int number;
  private final RequestHead head;
  private final Instant startedAt;
  private volatile long bodyBytes;
  private volatile boolean received;
  private volatile Inspection seen = Inspection.UNREAD;
  private volatile byte @Nullable [] body;
  private volatile @Nullable Reply reply;
  private volatile @Nullable Ended ended;
  private volatile int summaryLength;

  Call(int number, RequestHead head, Instant startedAt) {
    this.number = number;
    this.head = head;
    this.startedAt = startedAt;
  }

  /// Counts up from 1 in the order headers came in.
  public int number() {
    return number;
  }

  public String method() {
    return head.method();
  }

  /// Path and query as sent.
  public String path() {
    return head.target();
  }

  /// The header's first value.
  public Optional<String> header(String name) {
    return head.header(name);
  }

  /// The `Authorization` header, empty if there was none.
  public String authorization() {
    return header("authorization").orElse("");
  }

  public Instant startedAt() {
    return startedAt;
  }

  /// Bytes of the body so far.
  public long bodyBytes() {
    return bodyBytes;
  }

  /// Whether the body came in to its end.
  public boolean received() {
    return received;
  }

  /// The body as text; empty where bodies are not looked at or the memory for them was used up.
  public Optional<String> body() {
    byte[] bytes = body;
    return bytes == null
        ? Optional.empty()
        : Optional.of(new String(bytes, StandardCharsets.UTF_8));
  }

  void dropBody() {
    body = null;
  }

  /// SHA-256 of the body, hex; empty where bodies are not looked at.
  public String sha256() {
    return seen.sha256();
  }

  public Endpoint endpoint() {
    return seen.endpoint();
  }

  /// The request's `model`, empty if there was none.
  public String model() {
    return seen.model();
  }

  /// Whether the request has `"stream": true`.
  public boolean stream() {
    return seen.stream();
  }

  /// What it cost at four bytes a token: the request, and a right answer's summary; nothing if it
  /// was refused.
  public long tokens() {
    if (status() >= 400) {
      return 0;
    }
    return Math.ceilDiv(bodyBytes, 4) + (accepted() ? Math.max(1, summaryLength / 4) : 0);
  }

  /// Items of `input`.
  public int items() {
    return seen.items();
  }

  /// The marks of [Histories] in the body, in order, also where the body was not kept.
  public List<Integer> marks() {
    return seen.marks();
  }

  /// What a strict provider would have refused in this request.
  public List<String> violations() {
    return seen.violations();
  }

  /// How it ended, empty while it is in flight.
  public Optional<Ended> ended() {
    return Optional.ofNullable(ended);
  }

  /// The status it was answered with, 0 if none was.
  public int status() {
    return ended().map(Ended::status).orElse(0);
  }

  /// Whether it got the right answer, whole: the provider charges for it.
  public boolean accepted() {
    Reply given = reply;
    Ended end = ended;
    return given != null
        && end != null
        && end.whole()
        && given.delivery() instanceof Reply.Delivery.Whole
        && (given.answer() instanceof Reply.Answer.Right
            || given.answer() instanceof Reply.Answer.Huge);
  }

  RequestHead head() {
    return head;
  }

  Inspection seen() {
    return seen;
  }

  void got(long bytes) {
    bodyBytes = bytes;
  }

  void received(Inspection inspection, byte @Nullable [] kept) {
    seen = inspection;
    body = kept;
    received = true;
  }

  void summarized(String summary) {
    summaryLength = summary.length();
  }

  void answeredBy(Reply chosen) {
    reply = chosen;
  }

  void ended(Ended how) {
    ended = how;
  }

  @Override
  public String toString() {
    return "#%d %s %s %s, %d bytes, %d items, status %d%s"
        .formatted(
            number,
            method(),
            path(),
            endpoint(),
            bodyBytes,
            items(),
            status(),
            violations().isEmpty() ? "" : ", violations " + violations());
  }
}
