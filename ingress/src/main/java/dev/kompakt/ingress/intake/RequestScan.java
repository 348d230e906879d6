package dev.kompakt.ingress.intake;

import java.io.IOException;
import java.util.Arrays;

/// Follows the tokens of a request body and tells each part of intake what concerns it.
final class RequestScan implements JsonEvents {
  /// Entries of all objects open at once.
  static final int MAX_OPEN_ENTRIES = 100_000;

  /// Enough of a string to know a type, compare an id or recognise a `data:` URL.
  private static final int ITEM_VALUE_BYTES = 128;

  private static final int NAME_BYTES = TopLevelFields.NAME_BYTES;
  private static final int TOP = 1;
  private static final int INPUT = 2;
  private static final int ITEM = 3;

  private final RawBytes raw;
  private final InputItems items;
  private final CanonicalHash hash = new CanonicalHash();
  private final JsonPath path = new JsonPath();
  private final TopLevelFields fields;
  private final Capture name = new Capture(NAME_BYTES);
  private final Capture value = new Capture(TopLevelFields.VALUE_BYTES);

  /// Containers open.
  private int depth;

  private TopLevelField field = TopLevelField.OTHER;
  private Capture capture = name;
  private long tokenAt;
  private boolean encryptedName;

  RequestScan(RawBytes raw, CheckpointOpener opener, Purpose purpose) {
    this.raw = raw;
    items = new InputItems(raw, opener, purpose);
    fields = new TopLevelFields(purpose);
  }

  @Override
  public void openObject(long at) throws IOException {
    openValue(ValueKind.OBJECT);
    hash.openObject();
    path.open(/* array= */ false);
    depth++;
    if (inInput(ITEM)) {
      items.open(at);
    }
  }

  @Override
  public void closeObject(long end) throws IOException {
    boolean keep = !inInput(ITEM) || items.close(end);
    long duplicate = hash.closeObject(keep);
    path.close();
    depth--;
    if (duplicate >= 0) {
      throw BodyRejected.invalid(
          "duplicate_key",
          null,
          "The object '"
              + path.text()
              + "' has the same field twice: the second one stands at byte "
              + duplicate
              + ".");
    }
    closeValue(end);
  }

  @Override
  public void openArray(long at) throws IOException {
    openValue(ValueKind.ARRAY);
    hash.openArray();
    path.open(/* array= */ true);
    depth++;
  }

  @Override
  public void closeArray(long end) throws IOException {
    if (inInput(INPUT)) {
      items.end(end - 1);
    }
    hash.closeArray();
    path.close();
    depth--;
    closeValue(end);
  }

  @Override
  public void openName(long at) throws IOException {
    if (depth == TOP) {
      raw.toHeld(at);
    }
    name.open(NAME_BYTES);
    capture = name;
    tokenAt = at;
    if (hash.openEntries() == MAX_OPEN_ENTRIES) {
      throw BodyRejected.tooLarge(
          "too_many_keys",
          null,
          "The objects open at byte "
              + at
              + " have more than "
              + MAX_OPEN_ENTRIES
              + " fields in all.");
    }
    hash.openEntry();
  }

  @Override
  public void closeName(long end) throws IOException {
    hash.closeName(tokenAt);
    path.name(name);
    if (depth == TOP) {
      field = fields.name(name);
      if (field == TopLevelField.INPUT) {
        raw.toNowhere(end);
      } else {
        raw.toEnvelope(end);
      }
    } else if (inInput(ITEM)) {
      items.name(name);
      encryptedName = false;
    } else {
      encryptedName = name.is("encrypted_content");
    }
  }

  @Override
  public void openString(long at) throws IOException {
    openValue(ValueKind.STRING);
    hash.openString();
    value.open(depth == TOP ? TopLevelFields.VALUE_BYTES : ITEM_VALUE_BYTES);
    capture = value;
    tokenAt = at;
    if (field == TopLevelField.INPUT) {
      if (depth == TOP) {
        items.openText(at);
      }
      items.texts().open(at + 1);
    }
  }

  @Override
  public void closeString(long end) throws IOException {
    hash.closeScalar();
    if (field == TopLevelField.INPUT) {
      items.texts().close(end - 1, DataUrl.isOpening(value));
    }
    if (depth == TOP) {
      fields.string(value);
      if (field == TopLevelField.INPUT) {
        items.closeText(end);
      }
    } else if (inInput(ITEM)) {
      items.string(value, tokenAt, end);
    } else if (field == TopLevelField.INPUT && encryptedName && value.length() > 0) {
      items.encryptedInside();
    }
    closeValue(end);
  }

  @Override
  public void text(byte[] bytes, int offset, int length, long at) {
    hash.text(bytes, offset, length);
    capture.append(bytes, offset, length);
    if (field == TopLevelField.INPUT && capture == value) {
      items.texts().text(bytes, offset, length, at);
    }
  }

  @Override
  public void escape(byte[] utf8, int length, long at) {
    hash.text(utf8, 0, length);
    capture.append(utf8, 0, length);
    if (field == TopLevelField.INPUT && capture == value) {
      items.texts().escape(at);
    }
  }

  @Override
  public void openNumber(long at) throws IOException {
    openValue(ValueKind.NUMBER);
    hash.openNumber();
  }

  @Override
  public void digits(byte[] bytes, int offset, int length) {
    hash.text(bytes, offset, length);
  }

  @Override
  public void closeNumber(long end) throws IOException {
    hash.closeScalar();
    closeValue(end);
  }

  @Override
  public void literal(byte first, long end) throws IOException {
    openValue(
        switch (first) {
          case 't' -> ValueKind.TRUE;
          case 'f' -> ValueKind.FALSE;
          default -> ValueKind.NULL;
        });
    hash.literal(first);
    closeValue(end);
  }

  @Override
  public String path() {
    return path.text();
  }

  private void openValue(ValueKind kind) throws BodyRejected {
    path.value();
    if (depth == 0 && kind != ValueKind.OBJECT) {
      throw BodyRejected.invalid(
          "not_an_object", null, "The body must be a JSON object, not " + kind.words() + ".");
    }
    if (depth == TOP) {
      fields.value(kind);
    } else if (inInput(INPUT) && kind != ValueKind.OBJECT) {
      throw BodyRejected.invalid(
          "invalid_type",
          path.text(),
          "The item '" + path.text() + "' must be an object, not " + kind.words() + ".");
    }
  }

  /// A value ended that belongs to the innermost container now open.
  private void closeValue(long end) throws IOException {
    if (depth == TOP) {
      raw.toNowhere(end);
      hash.closeEntry(field.canonical());
      field = TopLevelField.OTHER;
    } else if (path.inObject()) {
      hash.closeEntry(/* keep= */ true);
    }
  }

  private boolean inInput(int level) {
    return depth == level && field == TopLevelField.INPUT;
  }

  /// What is known once the lexer has seen the end.
  ScannedBody result() throws IOException {
    fields.end();
    raw.endEnvelope();
    int[] spans = items.spans();
    Manifest manifest = new Manifest(items.texts(), spans);
    return new ScannedBody(
        fields.model(),
        fields.stream(),
        fields.background(),
        items.trigger(),
        fields.promptCacheKey(),
        hash.finish(),
        raw.itemsBytes(),
        raw.envelopeBytes(),
        Arrays.stream(spans).boxed().toList(),
        manifest.longTexts(),
        items.retained(),
        items.count(),
        items.thoughts().ciphertext(),
        items.thoughts().ranges(),
        fields.input());
  }
}
