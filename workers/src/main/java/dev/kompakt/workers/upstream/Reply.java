package dev.kompakt.workers.upstream;

import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Usage;

/// What came of an upstream call.
public sealed interface Reply {
  /// The provider's own compaction: the answer as it is to be handed back.
  final class Answer implements Reply {
    private final byte[] json;
    private final Usage usage;

    Answer(byte[] json, Usage usage) {
      this.json = json;
      this.usage = usage;
    }

    public byte[] json() {
      return json;
    }

    public Usage usage() {
      return usage;
    }
  }

  /// A summary, to be stored or built into an answer.
  record Summary(String text, Usage usage) implements Reply {}

  /// No result.
  record Failed(Outcome outcome) implements Reply {}

  /// An answer that is none.
  static Failed malformed(Outcome.Malformed.Fault fault) {
    return new Failed(new Outcome.Malformed(fault));
  }
}
