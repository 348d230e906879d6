package dev.kompakt.schemas.record;

/// Tokens as the provider counted them; zeros where it did not say.
public record Usage(long inputTokens, long cachedTokens, long outputTokens, long reasoningTokens) {
  public static final Usage NONE = new Usage(0, 0, 0, 0);

  public Usage plus(Usage other) {
    return new Usage(
        inputTokens + other.inputTokens,
        cachedTokens + other.cachedTokens,
        outputTokens + other.outputTokens,
        reasoningTokens + other.reasoningTokens);
  }
}
