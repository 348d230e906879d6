package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.ingress.intake.JsonLexer;
import dev.kompakt.schemas.record.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Listens to an answer as it passes, for what it says of tokens and quotas. Holds no event: of
/// each it looks at the beginning, and reads on only in those that tell.
final class UsageTap {
  /// An event's type is told by then.
  private static final int OPENING_BYTES = 160;

  private static final List<String> TELLING =
      List.of("response.completed", "response.incomplete", "response.failed", "codex.rate_limits");

  private final UsageFields fields;
  private final boolean events;
  private final byte[] opening = new byte[OPENING_BYTES];
  private int opened;
  private Line line = Line.OPENING;
  private @Nullable JsonLexer lexer;

  /// Whether the event's name, in a line before its data, says that it tells.
  private boolean named;

  private enum Line {
    OPENING,
    TELLING,
    OTHER
  }

  /// Begins an answer.
  ///
  /// @param events whether it is a stream of events, not one JSON object
  /// @param readings takes in what it says of quotas
  UsageTap(boolean events, UsageReadings readings) {
    this.events = events;
    fields = new UsageFields(readings);
    if (!events) {
      line = Line.TELLING;
      lexer = new JsonLexer(fields);
    }
  }

  /// The next bytes have passed.
  void passed(byte[] bytes, int offset, int length) {
    if (!events) {
      read(bytes, offset, length);
      return;
    }
    int end = offset + length;
    int at = offset;
    while (at < end) {
      int newline = at;
      while (newline < end && bytes[newline] != '\n') {
        newline++;
      }
      inLine(bytes, at, newline - at);
      if (newline < end) {
        endLine();
      }
      at = newline + 1;
    }
  }

  /// Nothing will follow.
  void ended() {
    if (events) {
      endLine();
    } else {
      endValue();
    }
  }

  private void inLine(byte[] bytes, int offset, int length) {
    int from = offset;
    int left = length;
    if (line == Line.OPENING) {
      int taken = Math.min(left, OPENING_BYTES - opened);
      System.arraycopy(bytes, from, opening, opened, taken);
      opened += taken;
      from += taken;
      left -= taken;
      if (opened == OPENING_BYTES) {
        judge();
      }
    }
    if (line == Line.TELLING) {
      read(bytes, from, left);
    }
  }

  private void judge() {
    String text = new String(opening, 0, opened, StandardCharsets.ISO_8859_1);
    line = Line.OTHER;
    if (text.startsWith("event:")) {
      named = TELLING.contains(text.substring("event:".length()).strip());
    } else if (text.startsWith("data:")
        && (named || TELLING.stream().anyMatch(type -> text.contains('"' + type + '"')))) {
      line = Line.TELLING;
    } else if (text.isBlank()) {
      named = false;
    }
    if (line == Line.TELLING) {
      fields.begin();
      lexer = new JsonLexer(fields);
      read(opening, 5, opened - 5);
    }
  }

  private void endLine() {
    if (line == Line.OPENING) {
      judge();
    }
    if (line == Line.TELLING) {
      endValue();
    }
    line = Line.OPENING;
    opened = 0;
  }

  private void read(byte[] bytes, int offset, int length) {
    JsonLexer reading = lexer;
    if (reading == null) {
      return;
    }
    try {
      reading.feed(bytes, offset, length);
    } catch (IOException e) {
      lexer = null;
    }
  }

  private void endValue() {
    JsonLexer reading = lexer;
    lexer = null;
    if (reading == null) {
      return;
    }
    try {
      reading.end();
      fields.end();
    } catch (IOException e) {
      // it was no JSON: nothing is known
    }
  }

  /// Tokens, as far as they were told.
  Usage usage() {
    return fields.usage();
  }
}
