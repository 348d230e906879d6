package dev.kompakt.ingress.relay;

import org.jspecify.annotations.Nullable;

/// Upstream's turn state together with the account it came from, as clients get it and send it
/// back: `kt1.<16 hex digits>.<what upstream said>`. So a turn goes on where it began, on any
/// replica.
///
/// @param account the account's mark: a keyed hash of its id
/// @param value what upstream said
record TurnState(String account, String value) {
  private static final String PREFIX = "kt1.";

  /// Characters of a mark.
  static final int MARK_CHARACTERS = 16;

  private static final int VALUE_AT = PREFIX.length() + MARK_CHARACTERS + 1;

  /// Takes a header apart; null if it is none of ours.
  static @Nullable TurnState parse(@Nullable String header) {
    return header != null
            && header.startsWith(PREFIX)
            && header.length() > VALUE_AT
            && header.charAt(VALUE_AT - 1) == '.'
        ? new TurnState(header.substring(PREFIX.length(), VALUE_AT - 1), header.substring(VALUE_AT))
        : null;
  }

  /// Whether this account said it.
  boolean isOf(Seat other) {
    return account.equals(other.mark());
  }

  @Override
  public String toString() {
    return PREFIX + account + "." + value;
  }
}
