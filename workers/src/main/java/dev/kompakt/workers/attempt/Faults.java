package dev.kompakt.workers.attempt;

import org.jspecify.annotations.Nullable;

/// Unexpected exceptions made fit for the log: their kinds and stacks, without their messages,
/// which may hold payload text.
final class Faults {
  private static final int MOST_CAUSES = 5;

  private Faults() {}

  /// The message of an exception that our own code threw; it never holds payload text. The kind of
  /// any other.
  static String ownMessage(Throwable fault) {
    StackTraceElement[] stack = fault.getStackTrace();
    boolean own = stack.length > 0 && stack[0].getClassName().startsWith("dev.kompakt.");
    return own ? String.valueOf(fault.getMessage()) : fault.getClass().getSimpleName();
  }

  static Throwable withoutMessages(Throwable fault) {
    return copy(fault, 0);
  }

  private static Throwable copy(Throwable fault, int depth) {
    Throwable cause = fault.getCause();
    Throwable copied = cause == null || depth == MOST_CAUSES ? null : copy(cause, depth + 1);
    return new Nameless(fault, copied);
  }

  private static final class Nameless extends Exception {
    private static final long serialVersionUID = 1L;

    Nameless(Throwable fault, @Nullable Throwable cause) {
      super(fault.getClass().getName(), cause, false, true);
      setStackTrace(fault.getStackTrace());
    }
  }
}
