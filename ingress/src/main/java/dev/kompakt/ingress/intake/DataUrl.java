package dev.kompakt.ingress.intake;

/// Tells a `data:` URL from a text that happens to begin with `data:`, such as a log of events.
final class DataUrl {
  private static final String SCHEME = "data:";

  private DataUrl() {}

  /// Whether a string begins as a `data:` URL does: a media type with parameters, then a comma.
  static boolean isOpening(Capture text) {
    if (!text.startsWith(SCHEME)) {
      return false;
    }
    boolean slash = false;
    for (int i = SCHEME.length(); i < text.kept(); i++) {
      byte b = text.at(i);
      if (b == ',') {
        return slash;
      }
      slash |= b == '/';
      if (!isMediaTypeByte(b)) {
        return false;
      }
    }
    return false;
  }

  private static boolean isMediaTypeByte(byte b) {
    return Character.isLetterOrDigit(b) || "/;=+-._*'%!#$&^".indexOf(b) >= 0;
  }
}
