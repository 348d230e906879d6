package dev.kompakt.ingress.intake;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/// Writes down what a lexer reports, runs joined.
final class TokenLog implements JsonEvents {
  private final List<String> tokens = new ArrayList<>();
  private final ByteArrayOutputStream run = new ByteArrayOutputStream();

  List<String> tokens() {
    return tokens;
  }

  @Override
  public void openObject(long at) {
    tokens.add("{");
  }

  @Override
  public void closeObject(long end) {
    tokens.add("}");
  }

  @Override
  public void openArray(long at) {
    tokens.add("[");
  }

  @Override
  public void closeArray(long end) {
    tokens.add("]");
  }

  @Override
  public void openName(long at) {
    run.reset();
  }

  @Override
  public void closeName(long end) {
    tokens.add("name " + decoded());
  }

  @Override
  public void openString(long at) {
    run.reset();
  }

  @Override
  public void closeString(long end) {
    tokens.add("text " + decoded());
  }

  @Override
  public void text(byte[] bytes, int offset, int length, long at) {
    run.write(bytes, offset, length);
  }

  @Override
  public void escape(byte[] utf8, int length, long at) {
    run.write(utf8, 0, length);
  }

  @Override
  public void openNumber(long at) {
    run.reset();
  }

  @Override
  public void digits(byte[] bytes, int offset, int length) {
    run.write(bytes, offset, length);
  }

  @Override
  public void closeNumber(long end) {
    tokens.add("word " + decoded());
  }

  @Override
  public void literal(byte first, long end) {
    tokens.add("word " + (first == 't' ? "true" : first == 'f' ? "false" : "null"));
  }

  @Override
  public String path() {
    return "";
  }

  /// Decodes UTF-8 in which lone surrogates may be encoded.
  private String decoded() {
    byte[] bytes = run.toByteArray();
    StringBuilder text = new StringBuilder();
    int i = 0;
    while (i < bytes.length) {
      int lead = bytes[i] & 0xff;
      int more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
      int codePoint = more == 0 ? lead : lead & (0x3f >> more);
      for (int k = 1; k <= more; k++) {
        codePoint = (codePoint << 6) | (bytes[i + k] & 0x3f);
      }
      text.appendCodePoint(codePoint);
      i += 1 + more;
    }
    return text.toString();
  }
}
