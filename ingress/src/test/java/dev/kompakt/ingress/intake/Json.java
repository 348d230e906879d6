package dev.kompakt.ingress.intake;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A JSON value that can be written in many ways.
sealed interface Json {
  record Text(String value) implements Json {}

  /// A number as spelt, or a literal.
  record Word(String spelling) implements Json {}

  record Elements(List<Json> elements) implements Json {}

  record Fields(List<Entry> entries) implements Json {}

  record Entry(String name, Json value) {}

  static Json text(String value) {
    return new Text(value);
  }

  static Entry entry(String name, Json value) {
    return new Entry(name, value);
  }

  static Entry entry(String name, String value) {
    return new Entry(name, new Text(value));
  }

  static Json object(Entry... entries) {
    return new Fields(List.of(entries));
  }

  /// Written without whitespace, names in order, escapes only where needed.
  default String plain() {
    StringBuilder into = new StringBuilder();
    new Writer(null, into).write(this);
    return into.toString();
  }

  /// Written with whitespace, order of names and escapes by chance.
  default String styled(Random random) {
    StringBuilder into = new StringBuilder();
    new Writer(random, into).write(this);
    return into.toString();
  }

  /// Values by chance.
  static Json random(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 5)) {
      case 0, 1 -> text(randomText(random, random.nextInt(20)));
      case 2 -> new Word(List.of("true", "false", "null").get(random.nextInt(3)));
      case 3 -> new Word(Integer.toString(random.nextInt(-1000, 1000)));
      case 4 ->
          new Word(List.of("0", "-0", "1.5", "1e5", "-2.25E-3", "1E+2").get(random.nextInt(6)));
      case 5 -> {
        List<Json> elements = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
          elements.add(random(random, depth - 1));
        }
        yield new Elements(elements);
      }
      default -> {
        List<Entry> entries = new ArrayList<>();
        for (int i = random.nextInt(random.nextInt(12) == 0 ? 60 : 6); i > 0; i--) {
          entries.add(
              entry(i + "_" + randomText(random, random.nextInt(6)), random(random, depth - 1)));
        }
        yield new Fields(entries);
      }
    };
  }

  static String randomText(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      switch (random.nextInt(10)) {
        case 0 -> text.append("\"\\/\b\f\n\r\t\u0001\u007f".charAt(random.nextInt(10)));
        case 1 -> text.append((char) random.nextInt(0x80, 0x800));
        case 2 -> text.append((char) random.nextInt(0x800, 0xd800));
        case 3 -> text.appendCodePoint(random.nextInt(0x10000, 0x110000));
        default -> text.append((char) random.nextInt(' ', 0x7f));
      }
    }
    return text.toString();
  }

  /// Writes one value.
  final class Writer {
    private final @Nullable Random random;
    private final StringBuilder into;

    Writer(@Nullable Random random, StringBuilder into) {
      this.random = random;
      this.into = into;
    }

    void write(Json json) {
      space();
      switch (json) {
        case Text(String value) -> write(value);
        case Word(String spelling) -> into.append(spelling);
        case Elements(List<Json> elements) -> {
          into.append('[');
          for (int i = 0; i < elements.size(); i++) {
            into.append(i == 0 ? "" : ",");
            write(elements.get(i));
          }
          space();
          into.append(']');
        }
        case Fields(List<Entry> entries) -> {
          List<Entry> ordered = new ArrayList<>(entries);
          if (random != null) {
            Collections.shuffle(ordered, random);
          }
          into.append('{');
          for (int i = 0; i < ordered.size(); i++) {
            into.append(i == 0 ? "" : ",");
            space();
            write(ordered.get(i).name());
            space();
            into.append(':');
            write(ordered.get(i).value());
          }
          space();
          into.append('}');
        }
      }
      space();
    }

    private void write(String value) {
      into.append('"');
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c < ' ' || (random != null && random.nextInt(6) == 0 && !Character.isSurrogate(c))) {
          into.append("\\u%04x".formatted((int) c));
        } else if (c == '"' || c == '\\') {
          into.append('\\').append(c);
        } else if (random != null && Character.isHighSurrogate(c) && random.nextBoolean()) {
          into.append("\\u%04X\\u%04x".formatted((int) c, (int) value.charAt(i + 1)));
          i++;
        } else {
          into.append(c);
        }
      }
      into.append('"');
    }

    private void space() {
      if (random != null && random.nextInt(4) == 0) {
        into.append(" \n\r\t".charAt(random.nextInt(4)));
      }
    }
  }
}
