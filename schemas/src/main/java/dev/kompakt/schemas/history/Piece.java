package dev.kompakt.schemas.history;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.nio.charset.StandardCharsets;

/// A stretch of a chunk's `input` array on the wire. Pieces are written one after the other; a
/// worker needs no other knowledge of spans.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Piece {
  /// Bytes this piece takes on the wire.
  long bytes();

  /// Bytes copied from the items payload.
  @JsonTypeName("copy")
  record Copy(long offset, long length) implements Piece {
    public Copy {
      if (offset < 0 || length < 0) {
        throw new IllegalArgumentException("copy " + offset + "+" + length + " is negative");
      }
    }

    @Override
    public long bytes() {
      return length;
    }
  }

  /// JSON text of Kompakt's own.
  @JsonTypeName("literal")
  record Literal(String text) implements Piece {
    @Override
    public long bytes() {
      return text.getBytes(StandardCharsets.UTF_8).length;
    }
  }
}
