package dev.kompakt.bootstrap.credential;

import dev.kompakt.schemas.record.CredentialEvent;
import dev.kompakt.schemas.record.CredentialEvent.Claimed;
import dev.kompakt.schemas.record.CredentialEvent.Released;
import dev.kompakt.schemas.record.CredentialEvent.Renewed;
import dev.kompakt.schemas.record.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What the log says of an account's credential: a fold over its events in log order, in which what
/// was read before changes nothing. Pure, immutable.
///
/// A claim holds if it follows what its owner knew, so every process that reads the log comes to
/// the same owner by the order of records alone; clocks only tell an owner's rivals when to try.
///
/// @param newest the offset of the account's newest record; -1 for none
/// @param held the claim that holds; null if nobody renews now
/// @param stored the newest token; null for none
/// @param refusal what the token endpoint last answered instead of one newer than `stored`; null if
///   it did not
record Known(long newest, @Nullable Held held, @Nullable Stored stored, @Nullable Refusal refusal) {
  static final Known NOTHING = new Known(-1, null, null, null);

  /// A claim that holds, at its offset.
  record Held(long offset, Claimed claim) {}

  /// A token as it lies in the log, at its offset.
  record Stored(long offset, Renewed token) {}

  /// A refusal, and when it came by the clock of whoever asked.
  record Refusal(Outcome outcome, Instant at) {}

  /// With the record at this offset.
  Known after(long offset, CredentialEvent event) {
    if (offset <= newest) {
      return this;
    }
    return switch (event) {
      case Claimed claim ->
          new Known(
              offset, claim.after() == newest ? new Held(offset, claim) : held, stored, refusal);
      case Released(_, long claim, Instant at, Outcome outcome) ->
          new Known(
              offset, without(claim), stored, outcome == null ? refusal : new Refusal(outcome, at));
      case Renewed token ->
          new Known(offset, without(token.claim()), new Stored(offset, token), null);
    };
  }

  private @Nullable Held without(long claim) {
    return held != null && held.offset() == claim ? null : held;
  }

  /// Whether the claim at this offset holds.
  boolean holds(long claim) {
    return held != null && held.offset() == claim;
  }

  /// The offset of the newest token; -1 for none.
  long version() {
    return stored == null ? -1 : stored.offset();
  }
}
