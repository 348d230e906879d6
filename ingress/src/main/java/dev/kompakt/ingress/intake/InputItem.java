package dev.kompakt.ingress.intake;

import org.jspecify.annotations.Nullable;

/// What the fields of one item say, as far as they were read.
final class InputItem {
  private static final long NONE = 0;

  private ItemField field = ItemField.OTHER;
  private @Nullable ItemType type;
  private boolean role;
  private boolean retainedRole;
  private boolean userRole;
  private long id;
  private long callId;
  private long toolCallId;
  private long approvalRequestId;
  private boolean encrypted;
  private boolean sealedHere;
  private long encryptedAt;
  private long encryptedEnd;

  /// Begins another item.
  void open() {
    field = ItemField.OTHER;
    type = null;
    role = false;
    retainedRole = false;
    userRole = false;
    id = NONE;
    callId = NONE;
    toolCallId = NONE;
    approvalRequestId = NONE;
    encrypted = false;
    sealedHere = false;
  }

  void name(ItemField name) {
    field = name;
  }

  /// The value of the last name is this string.
  ///
  /// @param at its opening quote
  /// @param end the byte after its closing quote
  void string(Capture value, long at, long end) {
    switch (field) {
      case TYPE -> type = ItemType.of(value);
      case ROLE -> {
        role = true;
        userRole = value.is("user");
        retainedRole =
            switch (value.text()) {
              case "system", "developer", "user" -> true;
              default -> false;
            };
      }
      case ID -> id = hash(value);
      case CALL_ID -> callId = hash(value);
      case TOOL_CALL_ID -> toolCallId = hash(value);
      case APPROVAL_REQUEST_ID -> approvalRequestId = hash(value);
      case ENCRYPTED_CONTENT -> {
        encrypted |= value.length() > 0;
        sealedHere = value.startsWith(CheckpointOpener.PREFIX);
        encryptedAt = at;
        encryptedEnd = end;
      }
      case OTHER -> {}
    }
  }

  private static long hash(Capture value) {
    return value.length() == 0 ? NONE : value.hash();
  }

  boolean isTrigger() {
    return type == ItemType.TRIGGER;
  }

  /// Whether it calls itself a compaction item of Kompakt's own making.
  boolean isCheckpoint() {
    return type == ItemType.COMPACTION && sealedHere;
  }

  /// Whether its type is known and it can only be let through as it is.
  boolean isPlain() {
    return type != null && type != ItemType.TRIGGER && type != ItemType.COMPACTION;
  }

  boolean isRetained() {
    return retainedRole && (type == ItemType.MESSAGE || (type == null && role));
  }

  /// Whether it is something a user said.
  boolean isUsers() {
    return userRole && isRetained();
  }

  /// Something in it can only be read by its maker.
  boolean isEncrypted() {
    return encrypted;
  }

  /// Deeper inside is an `encrypted_content`.
  void encryptedInside() {
    encrypted = true;
  }

  boolean isReasoning() {
    return type == ItemType.REASONING;
  }

  /// Opening quote of its `encrypted_content`.
  long encryptedAt() {
    return encryptedAt;
  }

  /// The byte after the closing quote of its `encrypted_content`.
  long encryptedEnd() {
    return encryptedEnd;
  }

  /// Notes whom it calls or answers.
  void link(Items items) {
    if (type == ItemType.CALL) {
      call(items, id);
      call(items, callId);
    } else if (type == ItemType.ANSWER) {
      answer(items, callId);
      answer(items, toolCallId);
      if (callId == NONE) {
        answer(items, id);
      }
    }
    answer(items, approvalRequestId);
  }

  private static void call(Items items, long id) {
    if (id != NONE) {
      items.call(id);
    }
  }

  private static void answer(Items items, long id) {
    if (id != NONE) {
      items.answer(id);
    }
  }
}
