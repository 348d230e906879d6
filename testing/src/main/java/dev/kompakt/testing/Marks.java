package dev.kompakt.testing;

import java.util.ArrayList;
import java.util.List;

/// The marks of [Histories] in a body: `[[mark-000123]]`, ASCII and without any character JSON
/// escapes, so that they are found in raw bytes.
public final class Marks {
  private static final byte[] OPEN = {'[', '[', 'm', 'a', 'r', 'k', '-'};
  private static final int DIGITS = 6;

  private Marks() {}

  /// The mark of this number, 0 to 999,999.
  public static String mark(int number) {
    if (number < 0 || number > 999_999) {
      throw new IllegalArgumentException("mark " + number + " is not 0..999999");
    }
    return "[[mark-%06d]]".formatted(number);
  }

  /// The numbers of all marks in these bytes, in order, repeated ones too.
  public static List<Integer> in(byte[] bytes) {
    List<Integer> marks = new ArrayList<>();
    int last = bytes.length - OPEN.length - DIGITS - 2;
    for (int i = 0; i <= last; i++) {
      if (bytes[i] == '[' && bytes[i + 1] == '[') {
        int number = number(bytes, i);
        if (number >= 0) {
          marks.add(number);
        }
      }
    }
    return marks;
  }

  private static int number(byte[] bytes, int at) {
    for (int i = 2; i < OPEN.length; i++) {
      if (bytes[at + i] != OPEN[i]) {
        return -1;
      }
    }
    int number = 0;
    for (int i = 0; i < DIGITS; i++) {
      int digit = bytes[at + OPEN.length + i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    int end = at + OPEN.length + DIGITS;
    return bytes[end] == ']' && bytes[end + 1] == ']' ? number : -1;
  }
}
