package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminEndpoint;
import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.ingress.replay.DeadLetters;
import dev.kompakt.ingress.replay.Letters;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.DeadLetter.Cause;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Replay;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Compactions that failed, with their dead letters, as an ingress knows them.
final class FailedCompactions {
  static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  private final Map<CompactionId, CompactionStatus> known = new ConcurrentHashMap<>();
  final DeadLetters letters = new DeadLetters();
  final InstantSource clock = () -> NOW;
  final Statuses statuses =
      new Statuses() {
        @Override
        public @Nullable CompactionStatus find(CompactionId compaction) {
          return known.get(compaction);
        }

        @Override
        public Collection<CompactionStatus> all() {
          return known.values();
        }
      };

  /// A compaction that failed.
  DeadLetter failed(int number, Cause cause, Instant at) {
    DeadLetter letter = Letters.letter(number, cause, at);
    Letters.put(letters, letter);
    tell(id(letter), new Completion.Failed(Objects.requireNonNull(letter.failure())), null);
    return letter;
  }

  void tell(CompactionId compaction, @Nullable Completion completion, @Nullable Replay replay) {
    known.put(
        compaction,
        new CompactionStatus(
            compaction,
            TenantId.LOCAL,
            "c",
            null,
            "m",
            Mode.NATIVE,
            1,
            NOW,
            NOW,
            null,
            new CompactionStatus.Progress(4, 3, 0, 4),
            new CompactionStatus.Size(8, 800, 200),
            completion,
            replay));
  }

  static CompactionId id(DeadLetter letter) {
    return Objects.requireNonNull(letter.compaction());
  }

  static JsonNode json(AdminEndpoint.Reply reply) {
    return new JsonMapper().readTree(reply.body());
  }

  static List<String> texts(JsonNode list, String field) {
    return list.valueStream().map(entry -> entry.path(field).asString("")).toList();
  }
}
