package dev.kompakt.schemas.record;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the outside asks of a compaction; the records of `kompakt.submissions`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Submission {
  /// The key of the record.
  CompactionId compaction();

  /// When it was asked for, by the asking process's clock.
  Instant at();

  /// One accepted request: manifest and chunks in one record, so that it is accepted whole or not
  /// at all. For a compaction that is running or done it changes nothing; for one that failed or
  /// was cancelled it goes on from the chunks that succeeded.
  ///
  /// @param content SHA-256 of the canonical request, hex
  /// @param idempotencyKey SHA-256 of tenant and the client's `Idempotency-Key`, hex
  /// @param provider whose limits the chunks were packed for
  /// @param history if its [History#ciphertext] is set, the whole of it is held by the account its
  ///   session is bound to: no other can read it. Its thoughts go to others only by being left out
  /// @param chunks one for the whole history, or as many as the learned limit asks for
  /// @param deadline when the compaction fails as timed out
  /// @param session SHA-256 of the client's session, hex
  /// @param patience whether somebody holds a connection open for it; null for [Patience#CONNECTED]
  @JsonTypeName("submitted")
  record Submitted(
      CompactionId compaction,
      Instant at,
      TenantId tenant,
      String content,
      @Nullable String idempotencyKey,
      String model,
      ProviderId provider,
      Checkpoint checkpoint,
      History history,
      List<Chunk> chunks,
      Instant deadline,
      @Nullable String session,
      @Nullable Patience patience)
      implements Submission {
    public Submitted {
      chunks = List.copyOf(chunks);
      if (chunks.isEmpty()) {
        throw new IllegalArgumentException("submission " + compaction + " has no chunks");
      }
    }
  }

  /// How its caller waits.
  enum Patience {
    /// On an open connection: better told of an end that is far than kept.
    CONNECTED,
    /// Not at all, and asks again later: it may take until the deadline.
    DETACHED
  }

  /// Someone allowed to asked to stop; without effect once the compaction has ended.
  @JsonTypeName("cancel_requested")
  record CancelRequested(CompactionId compaction, Instant at, TenantId tenant)
      implements Submission {}

  /// An operator asked to go on with a compaction that failed, from the chunks that succeeded.
  ///
  /// @param failedAt which failure, as its dead letter says; without effect if the compaction has
  ///   gone on since
  /// @param deadline when the replay fails as timed out
  @JsonTypeName("replay_requested")
  record ReplayRequested(
      CompactionId compaction, Instant at, Instant failedAt, Instant deadline, Replay replay)
      implements Submission {}
}
