package dev.kompakt.bootstrap.upstream;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Function;

/// How a provider's clock stands against ours, so that a moment it names is understood as it means
/// it whichever of the two is wrong. Pure.
final class ProviderClock {
  /// What an answer's way, and a `Date` in whole seconds, may make of clocks that agree.
  private static final Duration NONE = Duration.ofSeconds(5);

  /// A `Date` that is further off tells of nobody's clock.
  private static final Duration MOST = Duration.ofDays(1);

  private ProviderClock() {}

  /// How far it is ahead of ours, by the `date` of an answer that came now; negative if it is
  /// behind, zero if they agree or nothing is known.
  static Duration ahead(Function<String, Optional<String>> header, Instant now) {
    try {
      Instant date =
          DateTimeFormatter.RFC_1123_DATE_TIME.parse(
              header.apply("date").orElse("").strip(), Instant::from);
      Duration ahead = Duration.between(now, date);
      Duration off = ahead.abs();
      return off.compareTo(NONE) <= 0 || off.compareTo(MOST) > 0 ? Duration.ZERO : ahead;
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }
}
