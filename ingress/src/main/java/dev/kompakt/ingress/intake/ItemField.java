package dev.kompakt.ingress.intake;

/// The fields of an item that say what it is and whom it belongs to.
enum ItemField {
  TYPE("type"),
  ROLE("role"),
  ID("id"),
  CALL_ID("call_id"),
  TOOL_CALL_ID("tool_call_id"),
  APPROVAL_REQUEST_ID("approval_request_id"),
  ENCRYPTED_CONTENT("encrypted_content"),
  OTHER("");

  private static final ItemField[] ALL = values();

  private final String name;

  ItemField(String name) {
    this.name = name;
  }

  static ItemField of(Capture name) {
    for (ItemField field : ALL) {
      if (name.is(field.name)) {
        return field;
      }
    }
    return OTHER;
  }
}
