package dev.kompakt.testing.audit;

import dev.kompakt.bootstrap.payload.PayloadLostException;
import dev.kompakt.bootstrap.payload.PayloadStore;
import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.testing.Marks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What was asked and what was answered, by the marks in both: a provider that writes
/// [Audit#receipt] tells in its summaries which marks it was given, so the checkpoint of an answer
/// holds every mark of its history, and no other, however it was split and merged.
///
/// Compactions of which the broker has deleted a payload, as retention does, are left out.
///
/// @param asked of the history; empty if it cannot be read
/// @param answered of the checkpoint; null if the answer cannot be read, or has none
record Contents(SortedSet<Integer> asked, @Nullable SortedSet<Integer> answered) {
  private static final JsonMapper JSON = new JsonMapper();

  /// Of all compactions that were completed with a call.
  static Map<CompactionId, Contents> read(
      Trail trail, PayloadStore store, CheckpointSeal seal, Predicate<PayloadRef> isDeleted) {
    Map<CompactionId, PayloadRef> histories = new HashMap<>();
    for (Submission submission : trail.submissions()) {
      if (submission instanceof Submission.Submitted submitted) {
        histories.putIfAbsent(submitted.compaction(), submitted.history().items());
      }
    }
    Map<CompactionId, Contents> contents = new LinkedHashMap<>();
    for (CompactionStatus status : trail.statuses()) {
      PayloadRef history = histories.get(status.compaction());
      if (status.completion() instanceof Completion.Completed(PayloadRef result, var _)
          && status.mode() != Mode.LOCAL
          && history != null) {
        Contents read =
            new Contents(asked(store, history), answered(store, result, status.tenant(), seal));
        if (read.isWhole() || !(isDeleted.test(history) || isDeleted.test(result))) {
          contents.put(status.compaction(), read);
        }
      }
    }
    return contents;
  }

  private boolean isWhole() {
    return !asked.isEmpty() && answered != null;
  }

  private static SortedSet<Integer> asked(PayloadStore store, PayloadRef history) {
    try (InputStream in = store.open(history, history.whole())) {
      return new TreeSet<>(Marks.in(in.readAllBytes()));
    } catch (IOException | PayloadLostException e) {
      return new TreeSet<>();
    }
  }

  private static @Nullable SortedSet<Integer> answered(
      PayloadStore store, PayloadRef result, TenantId tenant, CheckpointSeal seal) {
    JsonNode answer;
    try (InputStream in = store.open(result, result.whole())) {
      answer = JSON.readTree(in);
    } catch (IOException | PayloadLostException e) {
      return null;
    }
    for (JsonNode item : answer.path("output")) {
      String type = item.path("type").asString("");
      if (type.equals("compaction") || item.path("role").asString("").equals("developer")) {
        String sealed = item.path("encrypted_content").asString("");
        String opened = seal.open(tenant, sealed);
        String text = opened == null ? item.toString() : opened;
        return new TreeSet<>(Marks.in(text.getBytes(StandardCharsets.UTF_8)));
      }
    }
    return null;
  }

  static List<String> violations(Map<CompactionId, Contents> all) {
    List<String> violations = new ArrayList<>();
    all.forEach(
        (compaction, contents) -> {
          if (contents.answered() == null) {
            violations.add(compaction + " was completed with an answer that cannot be read");
          } else if (!contents.answered().equals(contents.asked())) {
            violations.add(
                "%s was completed with an answer to something else: asked marks %s, answered %s"
                    .formatted(compaction, contents.asked(), contents.answered()));
          }
        });
    return violations;
  }
}
