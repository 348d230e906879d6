package dev.kompakt.ingress.intake;

/// The top-level fields of a request that intake treats in a way of their own.
enum TopLevelField {
  MODEL("model", true),
  INPUT("input", true),
  PROMPT_CACHE_KEY("prompt_cache_key", true),
  STREAM("stream", false),
  BACKGROUND("background", false),
  STORE("store", false),
  CLIENT_METADATA("client_metadata", false),
  METADATA("metadata", false),
  STREAM_OPTIONS("stream_options", false),
  OTHER("", true);

  private final String key;
  private final boolean canonical;

  TopLevelField(String key, boolean canonical) {
    this.key = key;
    this.canonical = canonical;
  }

  static TopLevelField of(String key) {
    for (TopLevelField field : values()) {
      if (field.key.equals(key)) {
        return field;
      }
    }
    return OTHER;
  }

  /// Its name on the wire.
  String key() {
    return key;
  }

  /// Whether it is part of what is asked for, and not of how it is delivered or filed.
  boolean canonical() {
    return canonical;
  }
}
