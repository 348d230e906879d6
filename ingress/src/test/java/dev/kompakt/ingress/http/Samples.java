package dev.kompakt.ingress.http;

/// Requests and answers that tests use.
final class Samples {
  static final String COMPACT = "/v1/responses/compact";
  static final String RESPONSES = "/v1/responses";

  /// The head of a request to compact, but for how its body is framed.
  static final String COMPACT_HEAD = Wire.head("POST", COMPACT, "Content-Type: application/json");

  private Samples() {}

  /// A request to compact one message.
  static String request(String message) {
    return "{\"model\":\"gpt-5.5\",\"input\":[" + message(message) + "]}";
  }

  /// A request with a trailing trigger.
  static String trigger(String message, boolean stream) {
    return "{\"model\":\"gpt-5.5\",\"stream\":"
        + stream
        + ",\"input\":["
        + message(message)
        + ",{\"type\":\"compaction_trigger\"}]}";
  }

  static String message(String text) {
    return "{\"type\":\"message\",\"role\":\"user\",\"content\":"
        + "[{\"type\":\"input_text\",\"text\":\""
        + text
        + "\"}]}";
  }

  static String compactionItem(String content) {
    return "{\"id\":\"cmp_1\",\"type\":\"compaction\",\"encrypted_content\":\"" + content + "\"}";
  }

  /// An answer with one retained message and one compaction item.
  static String answer(String content) {
    return "{\"id\":\"resp_up\",\"object\":\"response.compaction\",\"created_at\":1795200000,"
        + "\"output\":["
        + message("kept")
        + ","
        + compactionItem(content)
        + "],\"usage\":"
        + USAGE
        + "}";
  }

  static final String USAGE =
      "{\"input_tokens\":900,\"input_tokens_details\":{\"cached_tokens\":0},"
          + "\"output_tokens\":40,\"output_tokens_details\":{\"reasoning_tokens\":8},"
          + "\"total_tokens\":940}";
}
