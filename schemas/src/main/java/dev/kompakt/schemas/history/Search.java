package dev.kompakt.schemas.history;

import java.util.function.IntPredicate;

/// Binary search. Pure.
final class Search {
  private Search() {}

  /// The first index the condition holds for; `size` if it holds for none.
  ///
  /// @param from holds for no index before that one, and for all from there on
  static int first(int size, IntPredicate from) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (from.test(middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
