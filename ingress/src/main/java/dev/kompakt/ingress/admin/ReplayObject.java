package dev.kompakt.ingress.admin;

import dev.kompakt.ingress.answer.CompactionObject;
import dev.kompakt.ingress.replay.Planned;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Replay;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A replay as operators see it: `{"object":"replay",…}`. Times are in seconds since 1970.
final class ReplayObject {
  private ReplayObject() {}

  /// One whose run is the latest of its compaction.
  static ObjectNode of(Replay replay, CompactionStatus status, Instant now) {
    boolean scheduled = !status.ended() && replay.start().isAfter(now);
    ObjectNode node =
        base(
            replay.id(),
            status.compaction(),
            scheduled ? "scheduled" : CompactionObject.State.of(status).text());
    Listing.time(node, "created_at", replay.at());
    Listing.time(node, "starts_at", replay.start());
    node.put("account", replay.account() == null ? null : replay.account().value());
    node.put("mode", replay.mode() == null ? null : Listing.lower(replay.mode()));
    ObjectNode known = CompactionObject.of(status).tree();
    node.set("progress", known.get("progress"));
    if (known.has("error")) {
      node.set("error", known.get("error"));
    }
    return node;
  }

  /// One that failed and whose compaction a client has taken up since, or is to.
  static ObjectNode failed(DeadLetter letter) {
    ObjectNode node = base(letter.replay(), letter.compaction(), "failed");
    Failure failure = letter.failure();
    if (failure != null) {
      node.putObject("error").put("code", failure.code()).put("message", failure.message());
    }
    return node;
  }

  /// What became of the wish for one.
  ///
  /// @param status of its compaction; null if nothing is known of it
  static ObjectNode of(
      Planned planned, @Nullable CompactionStatus status, boolean calls, Instant now) {
    Replay replay = status == null ? null : status.replay();
    ObjectNode node =
        status != null && replay != null && replay.id().equals(planned.replay())
            ? of(replay, status, now)
            : base(planned.fate().replayed() ? planned.replay() : null, planned.name(), null);
    node.put("outcome", planned.fate().text());
    DeadLetter letter = planned.fate().replayed() ? planned.letter() : null;
    node.put("calls_before", letter == null ? null : letter.calls());
    DeadLetter.Remaining remaining = letter == null ? null : letter.remaining();
    DeadLetterObject.remaining(
        node, calls || remaining == null ? remaining : new DeadLetter.Remaining(0, 0, 0));
    return node;
  }

  private static ObjectNode base(
      @Nullable Object id, @Nullable Object compaction, @Nullable String status) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("object", "replay");
    node.put("id", id == null ? null : id.toString());
    node.put("compaction", compaction == null ? null : compaction.toString());
    node.put("status", status);
    return node;
  }

  /// What these letters have left to buy together.
  static DeadLetter.Remaining sum(Collection<DeadLetter> letters) {
    int calls = 0;
    long bytes = 0;
    long tokens = 0;
    for (DeadLetter letter : letters) {
      DeadLetter.Remaining remaining = letter.remaining();
      if (remaining != null) {
        calls += remaining.calls();
        bytes += remaining.bytes();
        tokens += remaining.tokens();
      }
    }
    return new DeadLetter.Remaining(calls, bytes, tokens);
  }
}
