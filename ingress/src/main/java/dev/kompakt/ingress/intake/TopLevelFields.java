package dev.kompakt.ingress.intake;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The top-level fields seen so far: each at most once, the known ones of the right type.
final class TopLevelFields {
  /// Bytes of a value that are looked at.
  static final int VALUE_BYTES = 4 * 1024;

  /// Bytes a name may have.
  static final int NAME_BYTES = 256;

  private static final int MAX_FIELDS = 1_000;
  private static final int MAX_MODEL_CHARS = 256;
  private static final int MAX_CACHE_KEY_CHARS = 1_024;

  private final Set<String> names = new HashSet<>();
  private final Purpose purpose;
  private TopLevelField field = TopLevelField.OTHER;
  private @Nullable String model;
  private @Nullable String promptCacheKey;
  private boolean stream;
  private boolean background;
  private boolean input;

  TopLevelFields(Purpose purpose) {
    this.purpose = purpose;
  }

  /// Begins a field.
  TopLevelField name(Capture name) throws BodyRejected {
    if (name.length() > NAME_BYTES) {
      throw BodyRejected.invalid(
          "name_too_long",
          null,
          "A top-level field's name is longer than " + NAME_BYTES + " bytes.");
    }
    String key = name.text();
    field = TopLevelField.of(key);
    if (!names.add(key)) {
      String shown = name.copyIdentifier(new byte[NAME_BYTES]) > 0 ? key : "*";
      throw BodyRejected.invalid(
          "duplicate_key", shown, "The field '" + shown + "' stands twice in the body.");
    }
    if (names.size() > MAX_FIELDS) {
      throw BodyRejected.tooLarge(
          "too_many_keys", null, "The body has more than " + MAX_FIELDS + " top-level fields.");
    }
    return field;
  }

  /// The field's value begins.
  void value(ValueKind kind) throws BodyRejected {
    switch (field) {
      case MODEL -> {
        require(kind == ValueKind.STRING || kind == ValueKind.NULL, "a string", kind);
      }
      case INPUT -> {
        boolean possible =
            kind == ValueKind.STRING || kind == ValueKind.ARRAY || kind == ValueKind.NULL;
        require(possible, "a string or an array of items", kind);
        input = kind != ValueKind.NULL;
      }
      case PROMPT_CACHE_KEY ->
          require(kind == ValueKind.STRING || kind == ValueKind.NULL, "a string", kind);
      case STREAM -> stream = bool(kind);
      case BACKGROUND -> background = bool(kind);
      case STORE, CLIENT_METADATA, METADATA, STREAM_OPTIONS, OTHER -> {}
    }
  }

  private boolean bool(ValueKind kind) throws BodyRejected {
    require(
        kind == ValueKind.TRUE || kind == ValueKind.FALSE || kind == ValueKind.NULL,
        "true or false",
        kind);
    return kind == ValueKind.TRUE;
  }

  private void require(boolean holds, String expected, ValueKind kind) throws BodyRejected {
    if (!holds) {
      throw BodyRejected.invalid(
          "invalid_type",
          field.key(),
          "The field '%s' must be %s, not %s.".formatted(field.key(), expected, kind.words()));
    }
  }

  /// The field's value was this string.
  void string(Capture value) throws BodyRejected {
    switch (field) {
      case MODEL -> model = model(value);
      case PROMPT_CACHE_KEY -> {
        String text = value.text();
        promptCacheKey = text.substring(0, Math.min(text.length(), MAX_CACHE_KEY_CHARS));
      }
      case INPUT -> {
        if (value.length() == 0 && purpose == Purpose.COMPACTION) {
          throw emptyInput();
        }
      }
      case STREAM, BACKGROUND, STORE, CLIENT_METADATA, METADATA, STREAM_OPTIONS, OTHER -> {}
    }
  }

  private static String model(Capture value) throws BodyRejected {
    String model = value.text();
    boolean printable = model.codePoints().allMatch(TopLevelFields::isPrintable);
    if (model.isBlank() || model.length() > MAX_MODEL_CHARS || !printable) {
      throw BodyRejected.invalid(
          "invalid_value",
          "model",
          "The field 'model' must be 1 to " + MAX_MODEL_CHARS + " printable characters.");
    }
    return model;
  }

  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> codePoint != 0xfffd;
    };
  }

  static BodyRejected emptyInput() {
    return BodyRejected.invalid(
        "empty_input", "input", "The field 'input' is empty: there is nothing to compact.");
  }

  /// All fields were seen.
  void end() throws BodyRejected {
    if (model == null) {
      throw missing("model");
    }
    if (!input && purpose == Purpose.COMPACTION) {
      throw missing("input");
    }
  }

  private static BodyRejected missing(String key) {
    return BodyRejected.invalid(
        "missing_required_parameter", key, "The field '" + key + "' is missing.");
  }

  /// The body's `model`; only once all fields were seen.
  String model() {
    if (model == null) {
      throw new IllegalStateException("the body has not ended");
    }
    return model;
  }

  @Nullable String promptCacheKey() {
    return promptCacheKey;
  }

  /// Whether the body has an `input`.
  boolean input() {
    return input;
  }

  boolean stream() {
    return stream;
  }

  boolean background() {
    return background;
  }
}
