package dev.kompakt.router.decide;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.Outcome;
import org.jspecify.annotations.Nullable;

/// A job as the router keeps it: what it is to do and what became of it so far.
///
/// @param job its number, never used twice within a compaction
/// @param sent attempts sent
/// @param spent attempts that failed and count
/// @param deferred attempts that came back without counting, for the pause before the next
/// @param lastAccount where the latest attempt went, to try another one
/// @param lastOutcome why the latest attempt failed, to tell people if it was the last
public record Assignment(
    int job,
    Content content,
    int sent,
    int spent,
    int deferred,
    @Nullable AccountId lastAccount,
    @Nullable Outcome lastOutcome) {
  static Assignment fresh(int job, Content content) {
    return new Assignment(job, content, 0, 0, 0, null, null);
  }

  Assignment sentTo(@Nullable AccountId account) {
    return new Assignment(job, content, sent + 1, spent, deferred, account, lastOutcome);
  }

  Assignment failed(Outcome outcome) {
    return new Assignment(job, content, sent, spent + 1, deferred, lastAccount, outcome);
  }

  Assignment returned(@Nullable Outcome outcome) {
    return new Assignment(
        job,
        content,
        sent,
        spent,
        deferred + 1,
        lastAccount,
        outcome == null ? lastOutcome : outcome);
  }

  /// Back, and not because of where it was.
  Assignment unsuited(Outcome outcome) {
    return new Assignment(job, content, sent, spent, deferred, null, outcome);
  }

  /// The same job on other content.
  Assignment on(Content other) {
    return new Assignment(job, other, sent, spent, deferred, lastAccount, lastOutcome);
  }

  /// With all attempts to come again.
  Assignment renewed() {
    return new Assignment(job, content, sent, 0, 0, lastAccount, null);
  }
}
