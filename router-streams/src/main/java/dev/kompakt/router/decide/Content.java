package dev.kompakt.router.decide;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.PayloadRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a node works on.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Content {
  /// Bytes of it that go on the wire, without instructions and frame.
  long bytes();

  /// Whether the result is the compaction's answer.
  boolean last();

  /// The whole history.
  ///
  /// @param thoughtless whether it goes without its thoughts; null for no
  @JsonTypeName("whole")
  record Whole(long bytes, @Nullable Boolean thoughtless) implements Content {
    @Override
    public boolean last() {
      return true;
    }
  }

  /// A part of the history.
  @JsonTypeName("excerpt")
  record Excerpt(Chunk chunk, long bytes) implements Content {
    @Override
    public boolean last() {
      return false;
    }
  }

  /// Partial summaries to be merged by a call.
  @JsonTypeName("summaries")
  record Summaries(List<PayloadRef> refs, boolean last) implements Content {
    public Summaries {
      refs = List.copyOf(refs);
    }

    @Override
    public long bytes() {
      return refs.stream().mapToLong(PayloadRef::bytes).sum();
    }
  }

  /// Partial summaries to be joined without a call.
  @JsonTypeName("joined")
  record Joined(List<PayloadRef> refs) implements Content {
    public Joined {
      refs = List.copyOf(refs);
    }

    @Override
    public long bytes() {
      return refs.stream().mapToLong(PayloadRef::bytes).sum();
    }

    @Override
    public boolean last() {
      return true;
    }
  }
}
