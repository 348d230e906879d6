package dev.kompakt.schemas.history;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;

/// What a chunk is made of: whole spans, or the parts of one span too large alone.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Fragment {
  /// Spans `from` to `to`, the latter exclusive.
  @JsonTypeName("spans")
  record Spans(int from, int to) implements Fragment {
    public Spans {
      if (from < 0 || to <= from) {
        throw new IllegalArgumentException("spans " + from + ".." + to + " are not a run");
      }
    }
  }

  /// A span with its long texts taken out: its items stay whole and paired, their long text follows
  /// in [Text] fragments.
  @JsonTypeName("skeleton")
  record Skeleton(int span) implements Fragment {}

  /// A run of one long text.
  ///
  /// @param text index into [History#longTexts()]
  /// @param from first byte, at the text's start or a cut
  /// @param to first byte after, at a cut or the text's end
  @JsonTypeName("text")
  record Text(int text, long from, long to) implements Fragment {
    public Text {
      if (from < 0 || to <= from) {
        throw new IllegalArgumentException("text " + from + ".." + to + " is not a run");
      }
    }
  }
}
