package dev.kompakt.workers.local;

import dev.kompakt.schemas.history.Packing;
import dev.kompakt.workers.json.JsonText;
import dev.kompakt.workers.json.JsonTokens;
import dev.kompakt.workers.json.JsonTokens.Token;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes an item anew with its texts shortened to their beginning and end. It stays an item of its
/// type: names, ids and structure are kept.
final class Shortener {
  /// An item that is longer than this even so is not kept.
  static final int MOST_BYTES = 16 * 1024;

  private static final int MOST_NAME_BYTES = 256;
  private static final int LEAST_TEXT_BYTES = 48;
  private static final Set<String> NEVER_SHORTENED =
      Set.of("type", "id", "call_id", "name", "namespace", "status", "role", "server_label");

  private static final String PIXEL = JsonText.quoted(Packing.IMAGE_LEFT_OUT);
  private static final byte[] DATA_URL = "data:".getBytes(StandardCharsets.US_ASCII);

  private final JsonTokens json;
  private final byte[] unit = new byte[JsonTokens.MAX_UNIT_BYTES];
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
  private int textLeft;

  private Shortener(InputStream item, int textBytes) {
    json = new JsonTokens(item);
    textLeft = textBytes;
  }

  /// The item, shortened; null if it is too long even so.
  ///
  /// @param item the stored item; what follows it is not read
  /// @param message whether it is a message, of which only role and text are kept
  static byte @Nullable [] shorten(InputStream item, int textBytes, boolean message)
      throws IOException {
    Shortener shortener = new Shortener(item, textBytes);
    if (message) {
      shortener.message(textBytes);
      return shortener.out.toByteArray();
    }
    return shortener.value(shortener.json.next(), "", 0) ? shortener.out.toByteArray() : null;
  }

  private void message(int textBytes) throws IOException {
    HeadAndTail text = new HeadAndTail(textBytes);
    String role = "user";
    json.next();
    while (json.next() == Token.NAME) {
      String name = json.text(MOST_NAME_BYTES);
      Token value = json.next();
      if ("role".equals(name) && value == Token.STRING) {
        String written = json.text(MOST_NAME_BYTES);
        role = written == null ? role : written;
      } else if ("content".equals(name)) {
        texts(value, text);
      } else {
        json.skipValue(value);
      }
    }
    write("{\"type\":\"message\",\"role\":" + JsonText.quoted(role));
    write(",\"content\":[{\"type\":\"");
    write(role.equals("assistant") ? "output_text" : "input_text");
    write("\",\"text\":\"");
    out.writeBytes(text.shortened());
    write("\"}]}");
  }

  /// Gathers every `text` and `refusal` of the content; notes what else there was.
  private void texts(Token content, HeadAndTail text) throws IOException {
    if (content == Token.STRING) {
      gather(text);
      return;
    }
    if (content != Token.START_ARRAY) {
      json.skipValue(content);
      return;
    }
    for (Token part = json.next(); part != Token.END_ARRAY; part = json.next()) {
      if (part != Token.START_OBJECT) {
        json.skipValue(part);
        continue;
      }
      boolean found = false;
      while (json.next() == Token.NAME) {
        String name = json.text(MOST_NAME_BYTES);
        Token value = json.next();
        if (value == Token.STRING && ("text".equals(name) || "refusal".equals(name))) {
          if (text.held() > 0) {
            text.add("\\n");
          }
          gather(text);
          found = true;
        } else {
          json.skipValue(value);
        }
      }
      if (!found) {
        text.add("[an image or file was left out]");
      }
    }
  }

  private void gather(HeadAndTail text) throws IOException {
    for (int n = json.unit(unit); n > 0; n = json.unit(unit)) {
      text.add(unit, n);
    }
  }

  /// Writes a value; false if there is too much of it.
  private boolean value(Token token, String name, int depth) throws IOException {
    switch (token) {
      case START_OBJECT -> {
        write("{");
        boolean first = true;
        while (json.next() == Token.NAME) {
          String field = json.text(MOST_NAME_BYTES);
          if (field == null) {
            return false;
          }
          write((first ? "" : ",") + JsonText.quoted(field) + ":");
          first = false;
          if (!value(json.next(), field, depth + 1)) {
            return false;
          }
        }
        write("}");
      }
      case START_ARRAY -> {
        write("[");
        boolean first = true;
        for (Token element = json.next(); element != Token.END_ARRAY; element = json.next()) {
          write(first ? "" : ",");
          first = false;
          if (!value(element, "", depth + 1)) {
            return false;
          }
        }
        write("]");
      }
      case STRING -> string(name, depth);
      case SCALAR -> write(json.scalar());
      case NAME, END_OBJECT, END_ARRAY, END ->
          throw new IOException("stored JSON has " + token + " for a value");
    }
    return out.size() <= MOST_BYTES;
  }

  private void string(String name, int depth) throws IOException {
    boolean keep = depth == 1 && NEVER_SHORTENED.contains(name);
    boolean arguments = depth == 1 && name.equals("arguments");
    HeadAndTail text = new HeadAndTail(keep ? 1024 : Math.max(LEAST_TEXT_BYTES, textLeft));
    boolean dataUrl = true;
    int read = 0;
    for (int n = json.unit(unit); n > 0; n = json.unit(unit)) {
      if (read < DATA_URL.length) {
        dataUrl &= n == 1 && unit[0] == DATA_URL[read];
      }
      read++;
      text.add(unit, n);
    }
    if (dataUrl && read >= DATA_URL.length && text.leftOut() > 0) {
      write(PIXEL);
      return;
    }
    if (!keep) {
      textLeft = Math.max(0, textLeft - text.held());
    }
    if (arguments && text.leftOut() > 0) {
      arguments(text.shortened());
    } else {
      write("\"");
      out.writeBytes(text.shortened());
      write("\"");
    }
  }

  /// A call's arguments are JSON in a string: shortened they must be JSON again.
  private void arguments(byte[] shortened) {
    write("\"{\\\"shortened_arguments\\\":\\\"");
    for (byte b : shortened) {
      if (b == '\\' || b == '"') {
        out.write('\\');
      }
      out.write(b);
    }
    write("\\\"}\"");
  }

  private void write(String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
