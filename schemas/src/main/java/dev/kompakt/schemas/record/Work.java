package dev.kompakt.schemas.record;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.history.Piece;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a job is to do.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Work {
  /// The whole history in one go; its result is the answer.
  ///
  /// @param pieces what to write into `input`, copies counting from `items`; null for all of them
  @JsonTypeName("whole")
  record Whole(PayloadRef items, @Nullable List<Piece> pieces, Finish finish) implements Work {
    public Whole {
      pieces = pieces == null ? null : List.copyOf(pieces);
    }
  }

  /// A part of the history; its result is a partial summary (UTF-8 text).
  ///
  /// @param pieces what to write into `input`, copies counting from `items`
  /// @param index from 0, in the history's order
  @JsonTypeName("chunk")
  record Chunk(PayloadRef items, List<Piece> pieces, int index, int count) implements Work {
    public Chunk {
      pieces = List.copyOf(pieces);
    }
  }

  /// Partial summaries to one, by a call. Without `finish` the result is a summary again.
  @JsonTypeName("merge")
  record Merge(List<PayloadRef> summaries, @Nullable Finish finish) implements Work {
    public Merge {
      summaries = List.copyOf(summaries);
    }
  }

  /// Partial summaries joined in order, without a call; its result is the answer.
  @JsonTypeName("join")
  record Join(List<PayloadRef> summaries, Finish finish) implements Work {
    public Join {
      summaries = List.copyOf(summaries);
    }
  }

  /// What a job whose result is the answer needs to write it.
  ///
  /// @param items the history's items, `retained` as ranges of it, oldest first
  record Finish(Checkpoint checkpoint, PayloadRef items, List<ByteRange> retained, int itemCount) {
    public Finish {
      retained = List.copyOf(retained);
    }
  }
}
