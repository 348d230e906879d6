package dev.kompakt.ingress.intake;

/// What can be wrong with a JSON text, as rejections. Bytes of the body appear as a single
/// hexadecimal code at most.
final class JsonFaults {
  private JsonFaults() {}

  static BodyRejected unexpected(byte found, long at, String expected, String path) {
    int code = found & 0xff;
    if (at == 0 && code == 0xef) {
      return BodyRejected.invalid(
          "byte_order_mark", null, "The body begins with a byte order mark; send plain UTF-8.");
    }
    if ((at < 4 && code == 0) || (at == 0 && code >= 0xfe)) {
      return BodyRejected.invalid(
          "unsupported_charset",
          null,
          "The body looks like UTF-16 or UTF-32; only UTF-8 is accepted.");
    }
    return BodyRejected.invalid(
        "invalid_json",
        null,
        "The body is not valid JSON: at byte %d%s there should be %s, not 0x%02x."
            .formatted(at, in(path), expected, code));
  }

  static BodyRejected invalidUtf8(long at, String path) {
    return BodyRejected.invalid(
        "invalid_utf8", null, "The body is not valid UTF-8 at byte " + at + in(path) + ".");
  }

  static BodyRejected loneSurrogate(long at, String path) {
    return BodyRejected.invalid(
        "invalid_json",
        null,
        "The body is not valid JSON: a name has half a surrogate pair at byte "
            + at
            + in(path)
            + ".");
  }

  static BodyRejected trailing(long at) {
    return BodyRejected.invalid(
        "trailing_bytes",
        null,
        "The body goes on after its JSON value has ended, at byte " + at + ".");
  }

  static BodyRejected truncated(long at, String path) {
    return BodyRejected.invalid(
        "truncated_json",
        null,
        "The body ends in the middle of its JSON, after " + at + " bytes" + in(path) + ".");
  }

  static BodyRejected empty() {
    return BodyRejected.invalid("empty_body", null, "The body is empty; a JSON object is needed.");
  }

  static BodyRejected tooDeep(long at, int limit) {
    return BodyRejected.invalid(
        "json_too_deep",
        null,
        "The JSON is nested deeper than " + limit + " levels at byte " + at + ".");
  }

  static BodyRejected tooLong(String what, long at, String path, int limit) {
    return BodyRejected.invalid(
        what + "_too_long",
        null,
        "The " + what + " at byte " + at + in(path) + " is longer than " + limit + " bytes.");
  }

  private static String in(String path) {
    return path.isEmpty() ? "" : " (in " + path + ")";
  }
}
