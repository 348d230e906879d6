package dev.kompakt.ingress.intake;

/// The message items that intake writes itself.
final class Messages {
  /// Stands before the text of an `input` that is a string.
  static final String USER_OPENING =
      "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":";

  static final String USER_CLOSING = "}]}";

  /// Stands after an opened summary that no user has followed up: most models do not answer a
  /// conversation that ends in a developer's message.
  static final String RESUME = USER_OPENING + "\"Go on from the summary above.\"" + USER_CLOSING;

  private static final String SUMMARY_INTRO =
      "[Summary of the earlier conversation. Later messages take precedence over it.]\\n\\n";

  private static final String SUMMARY_OPENING =
      "{\"type\":\"message\",\"role\":\"developer\",\"content\":[{\"type\":\"input_text\",\"text\":\""
          + SUMMARY_INTRO;

  private static final String SUMMARY_CLOSING = "\"}]}";

  private Messages() {}

  /// An opened summary as a developer message.
  static String summary(String text) {
    StringBuilder json = new StringBuilder(text.length() + text.length() / 8 + 256);
    json.append(SUMMARY_OPENING);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\t' -> json.append("\\t");
        default -> {
          if (c < ' ' || isLoneSurrogate(text, i)) {
            json.append("\\u%04x".formatted((int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    return json.append(SUMMARY_CLOSING).toString();
  }

  /// Notes the text of an opened summary if it is long.
  ///
  /// @param message what [#summary] wrote
  static void noteSummary(byte[] message, LongTexts texts) {
    int i = SUMMARY_OPENING.indexOf(SUMMARY_INTRO);
    int end = message.length - SUMMARY_CLOSING.length();
    texts.open(i);
    while (i < end) {
      int run = i;
      while (i < end && message[i] != '\\') {
        i++;
      }
      texts.text(message, run, i - run, run);
      if (i < end) {
        texts.escape(i);
        i += message[i + 1] == 'u' ? 6 : 2;
      }
    }
    texts.close(end, /* image= */ false);
  }

  private static boolean isLoneSurrogate(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }
}
