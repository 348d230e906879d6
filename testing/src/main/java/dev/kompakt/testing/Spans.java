package dev.kompakt.testing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Random;

/// The bytes of a [SyntheticRequest], span by span: the opening of the body, its spans, its end.
final class Spans implements Iterator<byte[]> {
  /// So many of the words come first and are escapes.
  private static final int ESCAPES = 7;

  private static final String[] WORDS =
      ("\\n|\\t|\\\"|\\\\|\\u001b[0m|\\/|\\ud83d\\ude00|the|build|fails|at|line|module|test|expected|actual"
              + "|retry|queue|offset|commit|lane|config|null|record|stream|naïve|größer|данные|漢字|🙂"
              + "|path/to/file.rs|fn main()|--release|0x7f3a|warning:|error[E0308]:")
          .split("\\|", -1);
  private static final int[] WORD_BYTES =
      Arrays.stream(WORDS).mapToInt(word -> utf8(word).length).toArray();

  /// Bytes of text in one output, but for the oversized one.
  private static final int MAX_OUTPUT = 24 * 1024;

  private final SyntheticRequest request;
  private final Random random;
  private final int maxOutput;
  private final byte[] end;
  private final long middle;
  private long left;
  private int mark;
  private int calls;
  private State state = State.START;
  private boolean specialsMade;

  private enum State {
    START,
    SPANS,
    END,
    OVER
  }

  Spans(SyntheticRequest request) {
    this.request = request;
    random = new Random(request.seed());
    maxOutput = Math.clamp(request.bytes() / 16, 256, MAX_OUTPUT);
    end =
        utf8(
            request.trigger()
                ? ",{\"type\":\"compaction_trigger\"}],\"stream\":true,\"store\":false,"
                    + "\"include\":[\"reasoning.encrypted_content\"],\"tools\":[]}"
                : "]}");
    left = request.bytes() - end.length;
    middle = Math.max(request.bytes() / 2, specials() + 2L * MAX_OUTPUT);
  }

  /// Spans made so far.
  int marks() {
    return mark;
  }

  @Override
  public boolean hasNext() {
    return state != State.OVER;
  }

  @Override
  public byte[] next() {
    return switch (state) {
      case START -> {
        byte[] start =
            utf8(
                "{\"model\":\""
                    + request.model()
                    + "\",\"instructions\":\"You are a coding agent. "
                    + Canaries.TEXT
                    + "\",\"input\":[");
        state = State.SPANS;
        left -= start.length;
        yield start;
      }
      case SPANS -> nextSpan();
      case END -> {
        state = State.OVER;
        yield end;
      }
      case OVER -> throw new NoSuchElementException("the request is over");
    };
  }

  private byte[] nextSpan() {
    byte[] span = utf8(span() + ",");
    byte[] last = utf8(message("user", "input_text", ""));
    if (span.length + last.length + 8 <= left) {
      mark++;
      left -= span.length;
      return span;
    }
    state = State.END;
    String filler = "x".repeat(Math.toIntExact(left - last.length));
    byte[] whole = utf8(message("user", "input_text", filler));
    mark++;
    return whole;
  }

  private String span() {
    if (!specialsMade && left <= middle && specials() > 0) {
      specialsMade = true;
      return special();
    }
    int kind = mark == 0 ? 0 : random.nextInt(100);
    if (kind < 6) {
      return message("user", "input_text", text(30 + random.nextInt(400)));
    }
    if (kind < 18) {
      return message("assistant", "output_text", text(50 + random.nextInt(800)));
    }
    if (kind < 26) {
      return reasoning();
    }
    int output = 60 + random.nextInt(maxOutput);
    if (kind < 34) {
      int one = ++calls;
      int two = ++calls;
      return call(one)
          + ","
          + call(two)
          + ","
          + output(one, marked(text(output / 2)))
          + ","
          + output(two, text(output / 2));
    }
    int only = ++calls;
    return call(only) + "," + output(only, marked(text(output)));
  }

  private int specials() {
    return request.oversizedBytes() + request.imageBytes();
  }

  private String special() {
    int only = ++calls;
    String oversized = output(only, marked(text(request.oversizedBytes())));
    if (request.imageBytes() == 0) {
      return call(only) + "," + oversized;
    }
    return call(only)
        + ",{\"type\":\"function_call_output\",\"call_id\":\"call_"
        + only
        + "\",\"output\":[{\"type\":\"input_text\",\"text\":\""
        + marked(text(request.oversizedBytes()))
        + "\"},{\"type\":\"input_image\",\"image_url\":\"data:image/png;base64,"
        + "A".repeat(request.imageBytes())
        + "\"}]}";
  }

  private String message(String role, String part, String text) {
    return "{\"type\":\"message\",\"role\":\""
        + role
        + "\",\"content\":[{\"type\":\""
        + part
        + "\",\"text\":\""
        + marked(text)
        + "\"}]}";
  }

  private String reasoning() {
    String ciphertext =
        request.ciphertext()
            ? ",\"encrypted_content\":\"gAAAAAB" + base64(80 + random.nextInt(400)) + "\""
            : "";
    return "{\"type\":\"reasoning\",\"id\":\"rs_"
        + mark
        + "\",\"summary\":[{\"type\":\"summary_text\",\"text\":\""
        + marked(text(80))
        + "\"}]"
        + ciphertext
        + "}";
  }

  private String call(int number) {
    return "{\"type\":\"function_call\",\"name\":\"exec_command\",\"call_id\":\"call_"
        + number
        + "\",\"arguments\":\"{\\\"cmd\\\":\\\"cargo test -- --nocapture "
        + Canaries.TEXT
        + number
        + "\\\"}\"}";
  }

  private String output(int number, String text) {
    return "{\"type\":\"function_call_output\",\"call_id\":\"call_"
        + number
        + "\",\"output\":\""
        + text
        + "\"}";
  }

  private String marked(String text) {
    return Marks.mark(request.firstMark() + mark) + " " + text;
  }

  /// JSON string content of about this many bytes: a canary, then words, newlines, escapes,
  /// characters of one to four bytes.
  private String text(int about) {
    StringBuilder text = new StringBuilder(about + 48).append(Canaries.TEXT).append(' ');
    for (int bytes = 0; bytes < about; ) {
      int pick = random.nextInt(40);
      int word = pick < ESCAPES ? pick : ESCAPES + random.nextInt(WORDS.length - ESCAPES);
      text.append(WORDS[word]).append(pick == 39 ? "\\n" : " ");
      bytes += WORD_BYTES[word] + (pick == 39 ? 2 : 1);
    }
    return text.toString();
  }

  private String base64(int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append("abcdefghijklmnopqrstuvwxyz".charAt(random.nextInt(26)));
    }
    return text.toString();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
