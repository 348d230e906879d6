package dev.kompakt.schemas.id;

import java.util.regex.Pattern;

/// The shape an identifier must have, checked once when it is made.
record Syntax(String what, Pattern pattern) {
  static Syntax of(String what, String regex) {
    return new Syntax(what, Pattern.compile(regex));
  }

  /// @throws IllegalArgumentException naming the identifier's kind; the value is cut to 80
  ///   characters
  void check(String value) {
    if (!pattern.matcher(value).matches()) {
      String shown = value.length() > 80 ? value.substring(0, 80) + "…" : value;
      throw new IllegalArgumentException(what + " '" + shown + "' does not match " + pattern);
    }
  }

  /// A number as ids write it: decimal ASCII digits without a sign or leading zeros, so that no two
  /// texts are the same id.
  static int number(String what, String text) {
    try {
      int number = Integer.parseInt(text);
      if (Integer.toString(number).equals(text)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below, like any other.
    }
    throw new IllegalArgumentException(what + " does not end in a number");
  }
}
