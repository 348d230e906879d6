package dev.kompakt.ingress.intake;

import dev.kompakt.schemas.history.ByteRange;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// The newest messages of system, developer and user that fit the retained budget.
final class RetainedMessages {
  /// 64,000 tokens, as Codex retains.
  static final long BUDGET_BYTES = 256_000;

  static final int MAX_MESSAGES = 2_000;

  private final Deque<ByteRange> messages = new ArrayDeque<>();
  private long bytes;

  /// Adds a message newer than all before. One that is larger than the budget alone is passed over.
  void add(ByteRange message) {
    if (message.length() > BUDGET_BYTES) {
      return;
    }
    messages.addLast(message);
    bytes += message.length();
    while (bytes > BUDGET_BYTES || messages.size() > MAX_MESSAGES) {
      bytes -= messages.removeFirst().length();
    }
  }

  /// Oldest first.
  List<ByteRange> ranges() {
    return List.copyOf(messages);
  }
}
