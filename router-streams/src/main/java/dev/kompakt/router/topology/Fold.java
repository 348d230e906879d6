package dev.kompakt.router.topology;

import dev.kompakt.schemas.record.Report;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A pure fold of reports over encoded values, each of them under its key.
interface Fold {
  /// Where the report is folded; null if it is of no interest.
  byte @Nullable [] key(Report report);

  /// Tells this report from all others, the same each time it is delivered.
  ///
  /// @return null if it does no harm to fold it again
  @Nullable String once(Report report);

  /// What is known after the report.
  ///
  /// @param known null if nothing is
  /// @return null if nothing changed
  byte @Nullable [] next(byte @Nullable [] known, Report report, Instant now);
}
