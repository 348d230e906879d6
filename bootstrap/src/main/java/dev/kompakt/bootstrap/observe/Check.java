package dev.kompakt.bootstrap.observe;

/// What became of one condition for being ready.
public sealed interface Check {
  /// It holds.
  record Holds() implements Check {}

  /// It does not hold, and should soon.
  record NotYet() implements Check {}

  /// It holds once others have done something, however long they take.
  ///
  /// @param what what is waited for, for the operator
  record Waits(String what) implements Check {}

  /// It will never hold in this process.
  ///
  /// @param why with what the operator can do
  record Failed(String why) implements Check {}

  /// One line for the operator; empty if the condition's name says all.
  default String remark() {
    return switch (this) {
      case Holds _, NotYet _ -> "";
      case Waits(String what) -> "waits for " + what;
      case Failed(String why) -> why;
    };
  }
}
