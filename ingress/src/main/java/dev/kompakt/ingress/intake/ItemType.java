package dev.kompakt.ingress.intake;

/// What an item's `type` means to intake.
enum ItemType {
  MESSAGE,
  /// May be answered by a later item.
  CALL,
  ANSWER,
  REASONING,
  COMPACTION,
  TRIGGER,
  OTHER;

  static ItemType of(Capture type) {
    return switch (type.text()) {
      case "message" -> MESSAGE;
      case "reasoning" -> REASONING;
      case "compaction", "compaction_summary" -> COMPACTION;
      case "compaction_trigger" -> TRIGGER;
      case "mcp_approval_request" -> CALL;
      case "mcp_approval_response" -> ANSWER;
      default -> ofSuffix(type);
    };
  }

  private static ItemType ofSuffix(Capture type) {
    if (type.endsWith("_call")) {
      return CALL;
    }
    return type.endsWith("_output") ? ANSWER : OTHER;
  }
}
