package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminEndpoint;
import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.ingress.replay.DeadLetters;
import dev.kompakt.ingress.replay.Selection;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Failure;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `GET /admin/v1/dead-letters`: what failed and still is so, newest first; what has gone on since
/// as well with `all=true`. With `group=cause` one entry for each cause, the most frequent first.
/// Narrowed down as by [Selecting].
final class DeadLetterList implements AdminEndpoint {
  private static final Set<String> PARAMETERS = Selecting.and("all", "group", "limit");
  private static final int DEFAULT_LIMIT = 50;

  private final DeadLetters letters;
  private final Statuses statuses;
  private final InstantSource clock;

  DeadLetterList(DeadLetters letters, Statuses statuses, InstantSource clock) {
    this.letters = letters;
    this.statuses = statuses;
    this.clock = clock;
  }

  @Override
  public Reply answer(Map<String, String> parameters) {
    Listing.allow(parameters, PARAMETERS);
    Selection selection = Selecting.of(parameters);
    boolean all = Listing.flag(parameters, "all");
    int limit = Listing.limit(parameters.get("limit"), DEFAULT_LIMIT);
    Instant now = clock.instant();
    List<DeadLetter> found =
        letters.newest().stream()
            .filter(selection::matches)
            .filter(letter -> all || DeadLetterObject.open(letter, status(letter), now))
            .toList();
    List<ObjectNode> entries =
        grouped(parameters.get("group"))
            ? groups(found)
            : found.stream()
                .limit(limit + 1L)
                .map(letter -> DeadLetterObject.of(letter, status(letter), now))
                .toList();
    return Listing.of(entries.stream().limit(limit).toList(), entries.size() > limit);
  }

  /// `GET /admin/v1/dead-letters/{id}`: one of them, with what a replay of it reads.
  Reply one(Map<String, String> parameters) {
    Listing.allow(parameters, Set.of("id"));
    DeadLetter letter =
        letters
            .find(parameters.getOrDefault("id", ""))
            .orElseThrow(() -> new NoSuchElementException("there is no dead letter of this id"));
    return Listing.reply(DeadLetterObject.whole(letter, status(letter), clock.instant()));
  }

  private @Nullable CompactionStatus status(DeadLetter letter) {
    return letter.compaction() == null ? null : statuses.find(letter.compaction());
  }

  private static boolean grouped(@Nullable String by) {
    return switch (by) {
      case null -> false;
      case "cause" -> true;
      default -> throw new IllegalArgumentException("group must be cause");
    };
  }

  /// What a failure is counted under.
  private record Kind(DeadLetter.Cause cause, @Nullable String code) {
    static Kind of(DeadLetter letter) {
      Failure failure = letter.failure();
      return new Kind(letter.cause(), failure == null ? null : failure.code());
    }
  }

  private static List<ObjectNode> groups(List<DeadLetter> found) {
    return found.stream()
        .collect(Collectors.groupingBy(Kind::of, LinkedHashMap::new, Collectors.toList()))
        .entrySet()
        .stream()
        .sorted(Comparator.comparingInt(group -> -group.getValue().size()))
        .map(group -> group(group.getKey(), group.getValue()))
        .toList();
  }

  /// @param newest the group's letters, newest first
  private static ObjectNode group(Kind kind, List<DeadLetter> newest) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("object", "dead_letter_group");
    node.put("cause", Listing.lower(kind.cause()));
    node.put("code", kind.code());
    node.put("count", newest.size());
    Listing.time(node, "first_at", newest.getLast().at());
    Listing.time(node, "last_at", newest.getFirst().at());
    DeadLetterObject.remaining(node, ReplayObject.sum(newest));
    node.put("latest", DeadLetters.name(newest.getFirst()));
    return node;
  }
}
