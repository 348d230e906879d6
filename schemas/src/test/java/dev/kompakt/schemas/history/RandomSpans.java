package dev.kompakt.schemas.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Histories by chance: small spans, pairs, long texts of every kind of character, images.
final class RandomSpans {
  private static final String[] PARTS = {
    "a",
    "word ",
    "é",
    "漢",
    "🙂",
    "\\n",
    "\\\"",
    "\\\\",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\/",
    "{",
    "]",
    ","
  };

  /// What each thought begins with; nothing else holds it.
  static final String THOUGHT = "{\"type\":\"reasoning\",\"encrypted_content\":\"gAAA";

  private RandomSpans() {}

  static StoredHistory history(Random random) {
    List<String> spans = new ArrayList<>();
    int count = 1 + random.nextInt(60);
    for (int i = 0; i < count; i++) {
      spans.add(span(random, i));
    }
    return StoredHistory.of(spans);
  }

  /// A history that is thought over: thoughts alone, several of them, and around and inside of
  /// spans.
  static StoredHistory thoughtful(Random random) {
    List<String> spans = new ArrayList<>();
    int count = 1 + random.nextInt(60);
    for (int i = 0; i < count; i++) {
      String span = span(random, i);
      switch (random.nextInt(4)) {
        case 0 -> spans.add(thoughts(random));
        case 1 -> spans.add(thoughts(random) + "," + span + "," + thoughts(random));
        case 2 ->
            spans.add(span.replace("},{", "}," + thoughts(random) + "," + thoughts(random) + ",{"));
        default -> spans.add(span);
      }
    }
    return StoredHistory.of(spans);
  }

  private static String thoughts(Random random) {
    String thought = THOUGHT + "x".repeat(random.nextInt(40_000)) + "\"}";
    return random.nextBoolean() ? thought : thought + "," + THOUGHT + "\"}";
  }

  private static String span(Random random, int number) {
    return switch (random.nextInt(10)) {
      case 0 -> pair(random, number, 20_000 + random.nextInt(200_000));
      case 1 ->
          "{\"n\":"
              + number
              + ",\"one\":\""
              + text(random, 30_000)
              + "\",\"two\":\""
              + text(random, 60_000)
              + "\"}";
      case 2 ->
          "{\"n\":"
              + number
              + ",\"image_url\":\"data:image/png;base64,"
              + "A".repeat(16_000 + random.nextInt(50_000))
              + "\"}";
      case 3, 4 -> pair(random, number, random.nextInt(5000));
      default -> "{\"n\":" + number + ",\"text\":\"" + text(random, random.nextInt(2000)) + "\"}";
    };
  }

  private static String pair(Random random, int number, int bytes) {
    return "{\"type\":\"function_call\",\"call_id\":\"c"
        + number
        + "\",\"n\":"
        + number
        + "}"
        + ",{\"type\":\"function_call_output\",\"call_id\":\"c"
        + number
        + "\",\"output\":\""
        + text(random, bytes)
        + "\"}";
  }

  private static String text(Random random, int bytes) {
    StringBuilder text = new StringBuilder(bytes + 16);
    while (text.length() < bytes) {
      text.append(PARTS[random.nextInt(PARTS.length)]);
    }
    return text.toString();
  }
}
