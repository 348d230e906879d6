package dev.kompakt.ingress.admin;

import dev.kompakt.ingress.answer.CompactionObject;
import dev.kompakt.ingress.replay.DeadLetters;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Failure;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A dead letter as operators see it: `{"object":"dead_letter",…}`. Times are in seconds since
/// 1970.
final class DeadLetterObject {
  /// No run of its compaction is known any more.
  private static final String FORGOTTEN = "forgotten";

  private static final String UNREADABLE = "unreadable";

  private DeadLetterObject() {}

  /// One of a list.
  ///
  /// @param status of its compaction; null if nothing is known of it
  static ObjectNode of(DeadLetter letter, @Nullable CompactionStatus status, Instant now) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("object", "dead_letter");
    node.put("id", DeadLetters.name(letter));
    node.put("state", state(letter, status, now));
    node.put("cause", Listing.lower(letter.cause()));
    Failure failure = letter.failure();
    node.put("code", failure == null ? null : failure.code());
    node.put("message", failure == null ? null : failure.message());
    Listing.time(node, "failed_at", letter.at());
    node.put("tenant", text(letter.tenant()));
    node.put("provider", text(letter.provider()));
    node.put("model", letter.model());
    node.put("attempts", letter.attempts());
    node.put("calls", letter.calls());
    node.put("bytes", letter.bytes());
    remaining(node, letter.remaining());
    Listing.time(node, "expires_at", letter.expiresAt());
    node.put("replay", text(letter.replay()));
    node.put("source", letter.source());
    return node;
  }

  /// With what a replay of it reads.
  static ObjectNode whole(DeadLetter letter, @Nullable CompactionStatus status, Instant now) {
    ObjectNode node = of(letter, status, now);
    DeadLetter.Pointers pointers = letter.pointers();
    if (pointers == null) {
      node.putNull("pointers");
    } else {
      ObjectNode shown = node.putObject("pointers");
      shown.set("items", pointer(pointers.items()));
      shown.set("envelope", pointer(pointers.envelope()));
      var results = shown.putArray("results");
      pointers.results().forEach(result -> results.add(pointer(result)));
    }
    return node;
  }

  /// Whether something is still to be done about it.
  static boolean open(DeadLetter letter, @Nullable CompactionStatus status, Instant now) {
    return List.of(CompactionObject.State.FAILED.text(), FORGOTTEN, UNREADABLE)
        .contains(state(letter, status, now));
  }

  static void remaining(ObjectNode node, DeadLetter.@Nullable Remaining remaining) {
    if (remaining == null) {
      node.putNull("remaining");
    } else {
      node.putObject("remaining")
          .put("calls", remaining.calls())
          .put("bytes", remaining.bytes())
          .put("tokens", remaining.tokens());
    }
  }

  private static String state(DeadLetter letter, @Nullable CompactionStatus status, Instant now) {
    if (letter.source() != null) {
      return UNREADABLE;
    }
    CompactionObject.State state =
        status == null ? CompactionObject.State.FAILED : CompactionObject.State.of(status);
    Instant expiresAt = letter.expiresAt();
    return state == CompactionObject.State.FAILED && expiresAt != null && !expiresAt.isAfter(now)
        ? FORGOTTEN
        : state.text();
  }

  private static ObjectNode pointer(PayloadRef payload) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("payload", payload.id().value());
    node.put("partition", payload.partition());
    var offsets = node.putArray("offsets");
    payload.offsets().forEach(offsets::add);
    node.put("bytes", payload.bytes());
    return node;
  }

  private static @Nullable String text(@Nullable Object id) {
    return id == null ? null : Objects.toString(id);
  }
}
