package dev.kompakt.ingress.intake;

/// The kinds of JSON values.
enum ValueKind {
  OBJECT("an object"),
  ARRAY("an array"),
  STRING("a string"),
  NUMBER("a number"),
  TRUE("true"),
  FALSE("false"),
  NULL("null");

  private final String words;

  ValueKind(String words) {
    this.words = words;
  }

  /// The kind as people say it.
  String words() {
    return words;
  }
}
