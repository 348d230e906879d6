package dev.kompakt.workers.upstream;

import dev.kompakt.schemas.record.Usage;
import tools.jackson.databind.JsonNode;

/// Token counts as providers write them.
final class Usages {
  private static final long MOST_TOKENS = 1L << 40;

  private Usages() {}

  /// What `usage` says; zero for what it does not say or says absurdly.
  static Usage of(JsonNode usage) {
    return new Usage(
        count(usage.path("input_tokens")),
        count(usage.path("input_tokens_details").path("cached_tokens")),
        count(usage.path("output_tokens")),
        count(usage.path("output_tokens_details").path("reasoning_tokens")));
  }

  private static long count(JsonNode value) {
    long count = value.isIntegralNumber() && value.canConvertToLong() ? value.asLong() : 0;
    return count < 0 || count > MOST_TOKENS ? 0 : count;
  }
}
