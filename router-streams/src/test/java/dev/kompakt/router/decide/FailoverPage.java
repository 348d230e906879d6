package dev.kompakt.router.decide;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// Renders docs/failover.md from [Failover] and [Settings].
final class FailoverPage {
  private static final Instant NOW = Fixtures.START;

  private static final Outcome UNREADABLE =
      new Outcome.Rejected(400, "invalid_encrypted_content", null);

  private static final String HEAD =
      """
      # Failover

      <!-- Generated from the router's code (dev.kompakt.router.decide.Failover): \
      mvn -pl schemas,bootstrap,router-streams test -Dtest=FailoverTest -Dkompakt.docs.write=true \
      -Dsurefire.failIfNoSpecifiedTests=false -->

      What the router does when a job's attempt ends, by its outcome. It does not matter whether the \
      client has its status yet: a job moves to another account after the first keepalive as before it.

      """;

  private FailoverPage() {}

  static Map<String, Outcome> outcomes() {
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    outcomes.put("a result", new Outcome.Succeeded(Fixtures.payload(1, 1), Fixtures.USAGE));
    outcomes.put("rate limit (429)", new Outcome.RateLimited(Duration.ofDays(2)));
    outcomes.put(
        "quota used up (429 `usage_limit_reached`, `insufficient_quota`; 402)",
        new Outcome.QuotaExhausted(NOW.plus(Duration.ofDays(30))));
    outcomes.put("the same without a reset", new Outcome.QuotaExhausted(null));
    outcomes.put(
        "credential refused (401, 403), after one renewal where it can be renewed",
        new Outcome.Unauthorized(401, null));
    outcomes.put(
        "transient (5xx, 408, 409, 425, a deadline of the call, the connection, an internal error)",
        new Outcome.Transient(Outcome.Transient.Cause.SERVER_ERROR, 500, Duration.ofDays(2)));
    outcomes.put(
        "malformed (200, but no valid compaction)",
        new Outcome.Malformed(Outcome.Malformed.Fault.NOT_JSON));
    outcomes.put(
        "too large (413, `context_length_exceeded`, a learned limit)",
        new Outcome.TooLarge(Outcome.TooLarge.Unit.BYTES, 1, null));
    outcomes.put("rejected (any other 4xx)", new Outcome.Rejected(400, null, null));
    outcomes.put("unsupported (404, 405 of `/responses/compact`)", new Outcome.Unsupported(404));
    outcomes.put("declined (the lane will have no room soon)", new Outcome.Declined(null));
    outcomes.put("cancelled (the worker stopped)", new Outcome.Cancelled());
    outcomes.put("payload lost", new Outcome.PayloadLost());
    outcomes.put("worker lost (three workers died in it)", new Outcome.WorkerLost());
    return outcomes;
  }

  static String render() {
    StringBuilder page = new StringBuilder(HEAD);
    page.append("| outcome | the account | the job | attempt spent |\n|---|---|---|---|\n");
    outcomes()
        .forEach(
            (name, outcome) ->
                page.append("| ")
                    .append(name)
                    .append(" | ")
                    .append(row(outcome, Mode.NATIVE, false, false))
                    .append(" |\n"));
    page.append("| declined, though the job was told to stay | ")
        .append(row(new Outcome.Declined(null), Mode.NATIVE, true, false))
        .append(" |\n| unsupported in another mode | ")
        .append(row(new Outcome.Unsupported(404), Mode.TRIGGER, false, false))
        .append(
            " |\n| reasoning that another account made (400 `invalid_encrypted_content`), if it was sent"
                + " and the history has no other ciphertext | ")
        .append(row(UNREADABLE, Mode.NATIVE, false, true))
        .append(" |\n");
    Settings settings = Settings.DEFAULT;
    return page.append(
            """

            - Each job has %d *attempts*. The *backoff* starts at %s, doubles with each further attempt up \
            to %s, and is scaled by a factor between 0.5 and 1.
            - A `Retry-After` or reset from upstream is honoured within the bounds above. An account that \
            is rate limited several times in a row rests for its backoff if that is longer than what it \
            asked for.
            - *Another* account is one that does not rest and has not just failed at this job; the \
            session's own account is preferred while it can be used. A history whose only ciphertext is \
            reasoning goes to its session's account while that can be used, else to another without the \
            reasoning; it is always summarized without it. A history with other ciphertext, such as a \
            provider's compaction, goes only to its session's account: it waits for it, or fails with \
            that account's reset.
            - A job that comes back %d times without spending an attempt stays on the lane it is sent to next.
            - One run of a compaction makes at most `compaction.maxCalls` calls, whatever their outcomes.

            ## When no account can take a job

            | | a caller is connected | no caller is connected (async, batch) |
            |---|---|---|
            | the first account is back within %s | waits | waits |
            | later, but before the deadline | fails at once | waits |
            | after the deadline | fails at once | fails at once |
            | never: all signed out, closed or paused | fails at once | fails at once |
            | the job exceeds the tokens per minute of every account | is split | is split |

            Resting accounts are checked again every minute, since they may be back sooner than they \
            said. The compaction fails with 429 `usage_limit_reached` and the true reset (`resets_at`, \
            `resets_in_seconds`) if the quota of all accounts is used up, with 429 `rate_limit_exceeded` \
            if at least one is only rate limited, and with 503 `no_account` if waiting does not help. It \
            fails at once, so if no account can be used from the start, it fails before a keepalive has \
            committed the 200. With `routing.whenExhausted: local` it does not fail but is compacted \
            locally. A merge does not fail either: the partial summaries are joined.

            ## Outside the table

            | event | handling |
            |---|---|
            | no report of an attempt by %s after its deadline | as a transient failure if a worker \
            had started it, else as cancelled |
            | an account is found paused, signed out, closed or used up | every router and ingress passes \
            over it from then on |
            | a worker crashes | the new owner of its lane repeats its unfinished attempts |
            """
                .formatted(
                    settings.attemptsPerJob(),
                    words(settings.backoffBase()),
                    words(settings.backoffMax()),
                    Scheduling.MOST_SENT_BACK,
                    words(settings.patience()),
                    words(settings.attemptGrace())))
        .toString();
  }

  private static String row(Outcome outcome, Mode mode, boolean stayed, boolean thoughts) {
    return switch (Failover.of(outcome, new Failover.Sent(mode, true, stayed, thoughts), NOW)) {
      case Failover.Keep _ -> "its count of consecutive rate limits is reset | is done | –";
      case Failover.Rest(Pause.Cause cause, Duration rest) ->
          "rests: "
              + (cause == Pause.Cause.RATE_LIMITED || rest.equals(Failover.LONGEST_QUOTA)
                  ? "as long as it asked, at most " + words(rest)
                  : words(rest))
              + " | another at once, or waits | no";
      case Failover.Refused(Duration rest) ->
          "rests: "
              + words(rest)
              + "; for good if upstream says signed out or closed | another at once | yes";
      case Failover.NoRoom(Instant until) ->
          "passed over until it has room, or for "
              + words(Duration.between(NOW, until))
              + " | another at once; if none has room, it stays on the account that has room first | no";
      case Failover.Again(Duration least) ->
          "– | after its backoff"
              + (least.isZero() ? "" : " or `Retry-After`, at most " + words(least))
              + ", another if there is one | yes";
      case Failover.Later _ -> "– | the first time another at once, then after its backoff | no";
      case Failover.OtherMode _ ->
          "– (the endpoint counts as missing for every job) | at once in mode `summarize` | no";
      case Failover.WithoutThoughts _ -> "– | at once without the reasoning | no";
      case Failover.Smaller _ -> "– (the size is learned for every job) | in smaller pieces | no";
      case Failover.GiveUp _ -> "– | fails: no other account is tried | –";
      case Failover.StartAnew _ -> "– | fails; the same request starts from the beginning | –";
    };
  }

  private static String words(Duration duration) {
    if (duration.toDays() > 0 && duration.toHours() % 24 == 0) {
      return duration.toDays() + " d";
    }
    if (duration.toHours() > 0 && duration.toMinutes() % 60 == 0) {
      return duration.toHours() + " h";
    }
    return duration.toMinutes() > 0 && duration.toSeconds() % 60 == 0
        ? duration.toMinutes() + " min"
        : duration.toSeconds() + " s";
  }
}
