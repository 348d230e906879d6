package dev.kompakt.router.budget;

import dev.kompakt.schemas.record.UsageReading;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The windows of an account's quota, each as it was last read.
final class Windows {
  /// More are not kept; the one read longest ago goes first.
  static final int MOST = 16;

  private static final Comparator<UsageReading> NEWEST_FIRST =
      Comparator.comparing(Windows::at, Comparator.reverseOrder());

  private Windows() {}

  /// The newest reading of each window, in the order windows were first read. Of two of one moment
  /// the one said later counts.
  static List<UsageReading> merge(
      @Nullable List<UsageReading> known, List<UsageReading> said, Instant now) {
    if (said.isEmpty()) {
      return known == null ? List.of() : known;
    }
    Map<String, UsageReading> byWindow = new LinkedHashMap<>();
    if (known != null) {
      known.forEach(reading -> byWindow.put(reading.window(), reading));
    }
    said.forEach(
        reading ->
            byWindow.merge(
                reading.window(),
                readAtMost(reading, now),
                (one, next) -> at(next).isBefore(at(one)) ? one : next));
    List<UsageReading> all = new ArrayList<>(byWindow.values());
    if (all.size() > MOST) {
      List<UsageReading> oldest = new ArrayList<>(all);
      oldest.sort(NEWEST_FIRST);
      all.removeAll(oldest.subList(MOST, oldest.size()));
    }
    return Collections.unmodifiableList(all);
  }

  /// When it was read; long ago if that was not said.
  static Instant at(UsageReading reading) {
    return reading.at() == null ? Instant.EPOCH : reading.at();
  }

  /// A clock that is ahead must not keep later readings out.
  private static UsageReading readAtMost(UsageReading reading, Instant now) {
    return at(reading).isAfter(now)
        ? new UsageReading(
            reading.window(), reading.usedPercent(), reading.length(), reading.resetsAt(), now)
        : reading;
  }
}
