package dev.kompakt.ingress.replay;

import dev.kompakt.schemas.record.DeadLetter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Which dead letters are meant; null for any.
///
/// @param since not before
/// @param until before
public record Selection(
    DeadLetter.@Nullable Cause cause,
    @Nullable String provider,
    @Nullable String model,
    @Nullable String tenant,
    @Nullable Instant since,
    @Nullable Instant until) {
  /// Whether it is one of them.
  public boolean matches(DeadLetter letter) {
    return (cause == null || letter.cause() == cause)
        && same(provider, letter.provider())
        && same(model, letter.model())
        && same(tenant, letter.tenant())
        && (since == null || !letter.at().isBefore(since))
        && (until == null || letter.at().isBefore(until));
  }

  private static boolean same(@Nullable String wanted, @Nullable Object actual) {
    return wanted == null || (actual != null && wanted.equals(actual.toString()));
  }
}
