package dev.kompakt.workers.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/// Random JSON, written with random whitespace and escapes.
public final class RandomJson {
  private static final String ALPHABET = "ab \"\\/\n\t\u0001é€😀{}[],:";

  private RandomJson() {}

  static Map<String, Object> object(Random random, int depth) {
    Map<String, Object> object = new LinkedHashMap<>();
    int fields = random.nextInt(6);
    for (int i = 0; i < fields; i++) {
      object.put(i + text(random), value(random, depth - 1));
    }
    return object;
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 6 : 4)) {
      case 0 -> random.nextInt();
      case 1 -> random.nextBoolean();
      case 2 -> text(random);
      case 3 -> random.nextDouble();
      case 4 -> object(random, depth);
      default -> {
        List<Object> list = new ArrayList<>();
        int elements = random.nextInt(4);
        for (int i = 0; i < elements; i++) {
          list.add(value(random, depth - 1));
        }
        yield list;
      }
    };
  }

  static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int[] points = ALPHABET.codePoints().toArray();
    int length = random.nextInt(12);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }

  static String write(JsonNode value, Random random) {
    StringBuilder out = new StringBuilder();
    write(value, random, out);
    return out.toString();
  }

  private static void write(JsonNode value, Random random, StringBuilder out) {
    space(random, out);
    if (value.isObject()) {
      out.append('{');
      int i = 0;
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        out.append(i++ == 0 ? "" : ",");
        space(random, out);
        string(field.getKey(), random, out);
        space(random, out);
        out.append(':');
        write(field.getValue(), random, out);
      }
      space(random, out);
      out.append('}');
    } else if (value.isArray()) {
      out.append('[');
      for (int i = 0; i < value.size(); i++) {
        out.append(i == 0 ? "" : ",");
        write(value.get(i), random, out);
      }
      space(random, out);
      out.append(']');
    } else if (value.isString()) {
      string(value.asString(), random, out);
    } else {
      out.append(value);
    }
    space(random, out);
  }

  private static void string(String text, Random random, StringBuilder out) {
    out.append('"');
    text.codePoints()
        .forEach(
            point -> {
              if (point == '"' || point == '\\' || point < ' ' || random.nextInt(4) == 0) {
                for (int i = 0; i < Character.charCount(point); i++) {
                  out.append(String.format("\\u%04x", (int) Character.toChars(point)[i]));
                }
              } else {
                out.appendCodePoint(point);
              }
            });
    out.append('"');
  }

  private static void space(Random random, StringBuilder out) {
    if (random.nextInt(3) == 0) {
      out.append(" \n\t\r".charAt(random.nextInt(4)));
    }
  }
}
