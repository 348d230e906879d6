package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminEndpoint;
import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.ingress.replay.DeadLetters;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Replay;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// `GET /admin/v1/replays`: the latest replay of each compaction whose latest run is one, newest
/// first; `status=` and `limit=` narrow it down.
final class ReplayList implements AdminEndpoint {
  private static final Set<String> PARAMETERS = Set.of("status", "limit");
  private static final Set<String> STATUSES =
      Set.of("scheduled", "queued", "in_progress", "completed", "failed", "cancelled");
  private static final int DEFAULT_LIMIT = 50;

  /// Those of one request were made at once, and begin one after another.
  private static final Comparator<CompactionStatus> NEWEST_FIRST =
      Comparator.comparing((CompactionStatus status) -> replay(status).at())
          .thenComparing(status -> replay(status).start())
          .reversed();

  private final DeadLetters letters;
  private final Statuses statuses;
  private final InstantSource clock;

  ReplayList(DeadLetters letters, Statuses statuses, InstantSource clock) {
    this.letters = letters;
    this.statuses = statuses;
    this.clock = clock;
  }

  @Override
  public Reply answer(Map<String, String> parameters) {
    Listing.allow(parameters, PARAMETERS);
    String wanted = parameters.get("status");
    if (wanted != null && !STATUSES.contains(wanted)) {
      throw new IllegalArgumentException(
          "status must be one of " + STATUSES.stream().sorted().toList());
    }
    int limit = Listing.limit(parameters.get("limit"), DEFAULT_LIMIT);
    Instant now = clock.instant();
    List<ObjectNode> newest =
        replayed()
            .sorted(NEWEST_FIRST)
            .map(status -> ReplayObject.of(replay(status), status, now))
            .filter(entry -> wanted == null || entry.get("status").asString().equals(wanted))
            .limit(limit + 1L)
            .toList();
    return Listing.of(newest.stream().limit(limit).toList(), newest.size() > limit);
  }

  /// `GET /admin/v1/replays/{id}`: one of them, or one that failed last.
  Reply one(Map<String, String> parameters) {
    Listing.allow(parameters, Set.of("id"));
    String id = parameters.getOrDefault("id", "");
    return replayed()
        .filter(status -> replay(status).id().value().equals(id))
        .map(status -> ReplayObject.of(replay(status), status, clock.instant()))
        .findFirst()
        .or(
            () ->
                letters.newest().stream()
                    .filter(letter -> letter.replay() != null)
                    .filter(letter -> Objects.toString(letter.replay()).equals(id))
                    .map(ReplayObject::failed)
                    .findFirst())
        .map(Listing::reply)
        .orElseThrow(() -> new NoSuchElementException("there is no replay of this id"));
  }

  private Stream<CompactionStatus> replayed() {
    return statuses.all().stream().filter(status -> status.replay() != null);
  }

  private static Replay replay(CompactionStatus status) {
    return Objects.requireNonNull(status.replay());
  }
}
