package dev.kompakt.workers.local;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.workers.json.JsonTokens;
import dev.kompakt.workers.json.JsonTokens.Token;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/// The first pass over a history: which of its items may be kept. Remembers no more than fit the
/// budgets, however long the history is.
final class Survey {
  private static final int MOST_FIELD_BYTES = 256;

  private final Budgets budgets;
  private final Set<ByteRange> retained;
  private final Line worked;
  private final Line said;
  private final List<Item> always = new ArrayList<>();
  private int items;
  private int reasoning;
  private int ciphertext;

  /// The newest items of a sort that fit a budget once they are shortened.
  private static final class Line {
    private final Deque<Item> items = new ArrayDeque<>();
    private final long budget;
    private long bytes;

    Line(long budget) {
      this.budget = budget;
    }

    void add(Item item) {
      items.addLast(item);
      bytes += item.shortBytes();
      while (bytes > budget && items.size() > 1) {
        bytes -= items.removeFirst().shortBytes();
      }
    }
  }

  private Survey(Budgets budgets, Set<ByteRange> retained) {
    this.budgets = budgets;
    this.retained = retained;
    worked = new Line(budgets.workedBytes() + budgets.verbatimBytes());
    said = new Line(budgets.saidBytes() + budgets.verbatimBytes());
  }

  /// Reads a history through.
  ///
  /// @param stored its items, joined by commas
  /// @param retained messages that are kept in any case
  static Survey of(InputStream stored, Budgets budgets, Set<ByteRange> retained)
      throws IOException {
    Survey survey = new Survey(budgets, retained);
    JsonTokens json = new JsonTokens(stored);
    for (Token token = json.next(); token != Token.END; token = json.next()) {
      survey.read(json, token);
    }
    return survey;
  }

  private void read(JsonTokens json, Token token) throws IOException {
    long from = json.start();
    String type = "";
    String role = "";
    String callId = "";
    boolean encrypted = false;
    if (token == Token.START_OBJECT) {
      while (json.next() == Token.NAME) {
        String name = text(json);
        Token value = json.next();
        if (value == Token.STRING) {
          switch (name) {
            case "type" -> type = text(json);
            case "role" -> role = text(json);
            case "call_id" -> callId = text(json);
            case "encrypted_content" -> encrypted = !"".equals(json.text(1));
            default -> {}
          }
        }
        json.skipValue(value);
      }
    } else {
      json.skipValue(token);
    }
    ByteRange range = new ByteRange(from, json.position() - from);
    add(Item.of(items++, range, type, role, callId, encrypted));
  }

  private static String text(JsonTokens json) throws IOException {
    String text = json.text(MOST_FIELD_BYTES);
    return text == null ? "" : text;
  }

  private void add(Item item) {
    switch (item.kind()) {
      case REASONING -> reasoning++;
      case CIPHERTEXT -> ciphertext++;
      case SAID -> {
        if (retained.contains(item.range())) {
          always.add(item);
        } else {
          said.add(item);
        }
      }
      case ASSISTANT, CALL, OUTPUT, OTHER -> worked.add(item);
    }
  }

  Budgets budgets() {
    return budgets;
  }

  boolean isRetained(Item item) {
    return retained.contains(item.range());
  }

  /// Items that may be kept, in the history's order.
  List<Item> candidates() {
    List<Item> all = new ArrayList<>(always);
    all.addAll(said.items);
    all.addAll(worked.items);
    all.sort(Comparator.comparingInt(Item::number));
    return all;
  }

  /// All items of the history.
  int items() {
    return items;
  }

  int reasoning() {
    return reasoning;
  }

  int ciphertext() {
    return ciphertext;
  }
}
