package dev.kompakt.ingress.relay;

import dev.kompakt.ingress.relay.Upstreams.Reply;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One call made for a turn.
///
/// @param number counts the turn's calls from 1
record Call(Course course, int number, Place place, TurnBody body, Instant began) {
  Seat seat() {
    return place.seat();
  }

  /// The report of a call that was refused.
  TurnFinished refused(Reply.Refused refused, @Nullable List<UsageReading> readings, Instant now) {
    return report(refused.status(), Usage.NONE, readings, refused.outcome(), now);
  }

  /// The report of this call.
  ///
  /// @param refusal null if it was answered
  TurnFinished report(
      int status,
      Usage usage,
      @Nullable List<UsageReading> readings,
      @Nullable Outcome refusal,
      Instant now) {
    Turn turn = course.turn();
    return new TurnFinished(
        course.id(),
        number,
        now,
        turn.tenant(),
        seat().provider().id(),
        seat().id(),
        turn.model(),
        status,
        body.length(),
        usage,
        readings,
        refusal,
        answered(status) && !place.away() ? course.session() : null);
  }

  /// Only an account that answers keeps the session.
  private static boolean answered(int status) {
    return status >= 200 && status < 300;
  }
}
