package dev.kompakt.standalone.cli;

/// What the doctor found about one thing.
record Finding(String what, boolean ok, String detail) {
  static Finding ok(String what, String detail) {
    return new Finding(what, true, detail);
  }

  static Finding wrong(String what, String detail) {
    return new Finding(what, false, detail);
  }
}
