package dev.kompakt.workers.attempt;

import dev.kompakt.schemas.record.UsageReading;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of an attempt while it is made.
final class Course {
  /// Whether the call last begun may have reached the provider.
  boolean called;

  long wireBytes;
  @Nullable List<UsageReading> readings;
}
