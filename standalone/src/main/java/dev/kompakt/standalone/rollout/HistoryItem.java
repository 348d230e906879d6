package dev.kompakt.standalone.rollout;

import java.nio.charset.StandardCharsets;

/// One item of a rollout's history.
sealed interface HistoryItem {
  /// Bytes of its JSON.
  long bytes();

  /// An item as it stands in the file.
  ///
  /// @param offset of its JSON
  /// @param callId of a call or an output; empty for others
  record Copied(long offset, long bytes, Kind kind, String callId) implements HistoryItem {}

  /// An item codex makes when it resumes, which is in no file.
  record Written(String json) implements HistoryItem {
    @Override
    public long bytes() {
      return json.getBytes(StandardCharsets.UTF_8).length;
    }
  }

  /// What matters here of an item's type.
  enum Kind {
    USER_MESSAGE,
    FUNCTION_CALL,
    CUSTOM_TOOL_CALL,
    OUTPUT,
    OTHER;

    static Kind of(String type, String role) {
      return switch (type) {
        case "message" -> role.equals("user") ? USER_MESSAGE : OTHER;
        case "function_call", "local_shell_call" -> FUNCTION_CALL;
        case "custom_tool_call" -> CUSTOM_TOOL_CALL;
        case "function_call_output", "custom_tool_call_output" -> OUTPUT;
        default -> OTHER;
      };
    }
  }
}
