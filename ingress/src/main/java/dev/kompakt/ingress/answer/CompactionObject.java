package dev.kompakt.ingress.answer;

import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Usage;
import java.time.Instant;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The face of a compaction towards clients and operators: `{"object":"compaction",…}`.
public final class CompactionObject {
  private static final JsonMapper JSON = new JsonMapper();

  /// Where a compaction stands, in the words of OpenAI's background mode.
  public enum State {
    QUEUED,
    IN_PROGRESS,
    COMPLETED,
    FAILED,
    CANCELLED;

    /// The state as it is written.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// The state a status stands for.
    public static State of(CompactionStatus status) {
      return switch (status.completion()) {
        case null -> {
          CompactionStatus.Progress progress = status.progress();
          yield progress.running() + progress.done() + progress.calls() == 0 ? QUEUED : IN_PROGRESS;
        }
        case Completion.Completed _ -> COMPLETED;
        case Completion.Failed _ -> FAILED;
        case Completion.Cancelled _ -> CANCELLED;
      };
    }
  }

  private final ObjectNode node;

  private CompactionObject(ObjectNode node) {
    this.node = node;
  }

  /// A compaction whose status is known.
  public static CompactionObject of(CompactionStatus status) {
    ObjectNode node =
        base(status.compaction(), State.of(status), status.model(), status.acceptedAt());
    ObjectNode progress = node.putObject("progress");
    progress.put("jobs", status.progress().jobs());
    progress.put("done", status.progress().done());
    progress.put("running", status.progress().running());
    progress.put("calls", status.progress().calls());
    ObjectNode history = node.putObject("history");
    history.put("items", status.before().items());
    history.put("bytes", status.before().bytes());
    history.put("estimated_tokens", status.before().estimatedTokens());
    switch (status.completion()) {
      case null -> {}
      case Completion.Completed(_, Usage usage) -> node.set("usage", usage(usage));
      case Completion.Failed(var failure) -> {
        ApiError error = ApiError.of(failure);
        node.set("error", error.node().put("status", error.status()));
      }
      case Completion.Cancelled _ -> {}
    }
    return new CompactionObject(node);
  }

  /// A compaction that has been accepted and of which nothing has been heard yet.
  public static CompactionObject queued(CompactionId id, String model, Instant acceptedAt) {
    ObjectNode node = base(id, State.QUEUED, model, acceptedAt);
    ObjectNode progress = node.putObject("progress");
    progress.put("jobs", 0);
    progress.put("done", 0);
    progress.put("running", 0);
    progress.put("calls", 0);
    return new CompactionObject(node);
  }

  /// As one line of JSON.
  public byte[] json() {
    return JSON.writeValueAsBytes(node);
  }

  /// As a tree the caller may add to.
  public ObjectNode tree() {
    return node;
  }

  private static ObjectNode base(CompactionId id, State state, String model, Instant acceptedAt) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", id.value());
    node.put("object", "compaction");
    node.put("status", state.text());
    node.put("model", model);
    node.put("created_at", acceptedAt.getEpochSecond());
    return node;
  }

  private static ObjectNode usage(Usage usage) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("input_tokens", usage.inputTokens());
    node.putObject("input_tokens_details").put("cached_tokens", usage.cachedTokens());
    node.put("output_tokens", usage.outputTokens());
    node.putObject("output_tokens_details").put("reasoning_tokens", usage.reasoningTokens());
    node.put("total_tokens", usage.inputTokens() + usage.outputTokens());
    return node;
  }
}
