package dev.kompakt.workers.local;

import dev.kompakt.schemas.history.ByteRange;
import java.util.Set;

/// An input item as the compaction sees it: where it lies and what it is, without its text.
///
/// @param number from 0, in the history's order
/// @param callId what pairs a call with its outputs, empty if it has none
record Item(int number, ByteRange range, Kind kind, String callId) {
  /// What decides how much of an item is kept.
  enum Kind {
    /// A message of system, developer or user.
    SAID(2048),
    /// A message of the assistant.
    ASSISTANT(4096),
    /// A tool call.
    CALL(1024),
    /// What a tool call brought.
    OUTPUT(1024),
    /// Anything else a client may send.
    OTHER(1024),
    REASONING(0),
    /// Only its maker can read it.
    CIPHERTEXT(0);

    private final int textBytes;

    Kind(int textBytes) {
      this.textBytes = textBytes;
    }

    /// Bytes of text that an older item keeps.
    int textBytes() {
      return textBytes;
    }
  }

  /// What an item has around its text.
  private static final int FRAME_BYTES = 512;

  private static final Set<String> WHO_SAYS = Set.of("system", "developer", "user");
  private static final Set<String> COMPACTIONS =
      Set.of("compaction", "compaction_summary", "context_compaction");

  static Item of(
      int number, ByteRange range, String type, String role, String callId, boolean ciphertext) {
    return new Item(number, range, kind(type, role, callId, ciphertext), callId);
  }

  private static Kind kind(String type, String role, String callId, boolean ciphertext) {
    if (type.equals("reasoning")) {
      return Kind.REASONING;
    }
    if (ciphertext || COMPACTIONS.contains(type)) {
      return Kind.CIPHERTEXT;
    }
    if (type.equals("message") || type.isEmpty()) {
      return WHO_SAYS.contains(role)
          ? Kind.SAID
          : role.equals("assistant") ? Kind.ASSISTANT : Kind.OTHER;
    }
    if (type.endsWith("_output")) {
      return Kind.OUTPUT;
    }
    return type.endsWith("_call") && !callId.isEmpty() ? Kind.CALL : Kind.OTHER;
  }

  /// The most it takes once it is shortened.
  long shortBytes() {
    return Math.min(range.length(), kind.textBytes() + (long) FRAME_BYTES);
  }

  /// Whether it is long enough for shortening to gain anything.
  boolean isLong() {
    return range.length() > kind.textBytes() + FRAME_BYTES;
  }

  boolean paired() {
    return kind == Kind.CALL || kind == Kind.OUTPUT;
  }
}
