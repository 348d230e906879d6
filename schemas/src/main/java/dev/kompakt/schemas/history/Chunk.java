package dev.kompakt.schemas.history;

import java.util.List;

/// A run of spans sent in one upstream call.
///
/// @param fragments in the order of the history, at least one
public record Chunk(List<Fragment> fragments) {
  public Chunk {
    fragments = List.copyOf(fragments);
    if (fragments.isEmpty()) {
      throw new IllegalArgumentException("a chunk holds at least one fragment");
    }
  }
}
