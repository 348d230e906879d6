package dev.kompakt.workers.local;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.workers.payload.PayloadCursor;
import dev.kompakt.workers.payload.Payloads;
import dev.kompakt.workers.stop.AttemptBounds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The second pass over a history: what becomes of each item that may be kept.
///
/// @param kept in the history's order
record Plan(List<Kept> kept, Survey survey) {
  /// An item that is kept.
  static final class Kept {
    private final Item item;
    private final byte @Nullable [] shortened;

    Kept(Item item, byte @Nullable [] shortened) {
      this.item = item;
      this.shortened = shortened;
    }

    Item item() {
      return item;
    }

    /// Its new form; null if it stays as it is.
    byte @Nullable [] shortened() {
      return shortened;
    }

    long bytes() {
      return shortened == null ? item.range().length() : shortened.length;
    }
  }

  static Plan of(Survey survey, Payloads payloads, PayloadRef items, AttemptBounds bounds)
      throws IOException {
    List<Item> candidates = survey.candidates();
    int verbatimFrom = verbatimFrom(candidates, survey.budgets().verbatimBytes());
    List<Kept> shortened = new ArrayList<>();
    PayloadCursor cursor = new PayloadCursor(payloads, items);
    for (int i = 0; i < candidates.size(); i++) {
      Item item = candidates.get(i);
      if (i >= verbatimFrom || survey.isRetained(item) || !item.isLong()) {
        shortened.add(new Kept(item, null));
      } else {
        byte[] bytes =
            Shortener.shorten(
                bounds.bound(cursor.open(item.range())), item.kind().textBytes(), isMessage(item));
        if (bytes != null) {
          shortened.add(new Kept(item, bytes.length < item.range().length() ? bytes : null));
        }
      }
    }
    int verbatimNumber =
        verbatimFrom < candidates.size()
            ? candidates.get(verbatimFrom).number()
            : Integer.MAX_VALUE;
    return new Plan(pairs(withinBudgets(shortened, verbatimNumber, survey)), survey);
  }

  private static boolean isMessage(Item item) {
    return item.kind() == Item.Kind.SAID || item.kind() == Item.Kind.ASSISTANT;
  }

  /// Index of the first of the newest items that fit the budget as they are.
  private static int verbatimFrom(List<Item> candidates, long budget) {
    long left = budget;
    int from = candidates.size();
    while (from > 0 && candidates.get(from - 1).range().length() <= left) {
      from--;
      left -= candidates.get(from).range().length();
    }
    return from;
  }

  /// Older items go, oldest first, until the rest fits.
  private static List<Kept> withinBudgets(List<Kept> all, int verbatimNumber, Survey survey) {
    long worked = survey.budgets().workedBytes();
    long said = survey.budgets().saidBytes();
    List<Kept> kept = new ArrayList<>();
    for (int i = all.size() - 1; i >= 0; i--) {
      Kept candidate = all.get(i);
      Item item = candidate.item();
      boolean counts = item.number() < verbatimNumber && !survey.isRetained(item);
      long bytes = candidate.bytes() + 1; // with its comma
      if (counts && item.kind() == Item.Kind.SAID) {
        said -= bytes;
      } else if (counts) {
        worked -= bytes;
      }
      if (!counts || (item.kind() == Item.Kind.SAID ? said : worked) >= 0) {
        kept.add(candidate);
      }
    }
    Collections.reverse(kept);
    return kept;
  }

  /// A call without its output, or an output without its call, is refused by providers.
  private static List<Kept> pairs(List<Kept> all) {
    Set<String> calls = new HashSet<>();
    Set<String> outputs = new HashSet<>();
    for (Kept kept : all) {
      switch (kept.item().kind()) {
        case CALL -> calls.add(kept.item().callId());
        case OUTPUT -> outputs.add(kept.item().callId());
        case SAID, ASSISTANT, OTHER, REASONING, CIPHERTEXT -> {}
      }
    }
    calls.retainAll(outputs);
    return all.stream()
        .filter(kept -> !kept.item().paired() || calls.contains(kept.item().callId()))
        .toList();
  }

  int unchanged() {
    return (int) kept.stream().filter(k -> k.shortened() == null).count();
  }

  int shortened() {
    return kept.size() - unchanged();
  }

  /// Bytes of all that is kept, with the commas between.
  long bytes() {
    return kept.stream().mapToLong(Kept::bytes).sum() + Math.max(0, kept.size() - 1);
  }
}
