package dev.kompakt.testing.audit;

import dev.kompakt.testing.Call;
import java.time.Instant;

/// A call as it counts against a quota, by the provider's clock.
///
/// @param authorization the header
/// @param endedAt [Instant#MAX] while it is in flight
/// @param tokens of request and answer
record Charge(String authorization, Instant startedAt, Instant endedAt, long tokens) {
  static Charge of(Call call) {
    return new Charge(
        call.authorization(),
        call.startedAt(),
        call.ended().map(Call.Ended::at).orElse(Instant.MAX),
        call.tokens());
  }

  /// The same, not in flight from this moment on.
  Charge endingBy(Instant latest) {
    return new Charge(
        authorization, startedAt, endedAt.isBefore(latest) ? endedAt : latest, tokens);
  }
}
