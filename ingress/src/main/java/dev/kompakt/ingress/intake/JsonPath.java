package dev.kompakt.ingress.intake;

import java.nio.charset.StandardCharsets;

/// Where in a JSON text the reading stands, written like `input[3].content[0].text`.
///
/// Names that do not look like identifiers appear as `*`, levels beyond the first few as `…`.
final class JsonPath {
  private static final int SHOWN_LEVELS = 8;
  private static final int SHOWN_NAME_BYTES = 64;
  private static final int NO_NAME = -1;

  private final boolean[] arrays = new boolean[JsonLexer.MAX_DEPTH];
  private final long[] indices = new long[SHOWN_LEVELS];
  private final byte[][] names = new byte[SHOWN_LEVELS][SHOWN_NAME_BYTES];
  private final int[] nameLengths = new int[SHOWN_LEVELS];
  private int depth;

  /// A value begins.
  void value() {
    if (depth > 0 && depth <= SHOWN_LEVELS) {
      indices[depth - 1]++;
    }
  }

  void open(boolean array) {
    arrays[depth] = array;
    if (depth < SHOWN_LEVELS) {
      indices[depth] = -1;
      nameLengths[depth] = NO_NAME;
    }
    depth++;
  }

  void close() {
    depth--;
  }

  /// Whether the innermost container is an object.
  boolean inObject() {
    return depth > 0 && !arrays[depth - 1];
  }

  /// A name ended in the innermost object.
  void name(Capture name) {
    if (depth <= SHOWN_LEVELS) {
      nameLengths[depth - 1] = name.copyIdentifier(names[depth - 1]);
    }
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (int level = 0; level < Math.min(depth, SHOWN_LEVELS); level++) {
      if (arrays[level]) {
        if (indices[level] >= 0) {
          text.append('[').append(indices[level]).append(']');
        }
      } else if (nameLengths[level] != NO_NAME) {
        text.append(text.isEmpty() ? "" : ".");
        int length = nameLengths[level];
        text.append(
            length == 0 ? "*" : new String(names[level], 0, length, StandardCharsets.US_ASCII));
      }
    }
    return depth > SHOWN_LEVELS ? text + "…" : text.toString();
  }
}
