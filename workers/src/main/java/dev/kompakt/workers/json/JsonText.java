package dev.kompakt.workers.json;

import dev.kompakt.bootstrap.stream.BlockStream;
import dev.kompakt.schemas.record.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// UTF-8 text as the content of a JSON string.
public final class JsonText {
  static final JsonMapper MAPPER = new JsonMapper();

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private JsonText() {}

  /// The text as a JSON string, quotes included.
  public static String quoted(String text) {
    return MAPPER.writeValueAsString(text);
  }

  /// A stored value, held whole.
  public static JsonNode tree(byte[] stored) {
    return MAPPER.readTree(stored);
  }

  /// `usage` as of the Responses API.
  public static String usage(Usage usage) {
    return String.format(
        Locale.ROOT,
        "{\"input_tokens\":%d,\"input_tokens_details\":{\"cached_tokens\":%d},"
            + "\"output_tokens\":%d,\"output_tokens_details\":{\"reasoning_tokens\":%d},"
            + "\"total_tokens\":%d}",
        usage.inputTokens(),
        usage.cachedTokens(),
        usage.outputTokens(),
        usage.reasoningTokens(),
        usage.inputTokens() + usage.outputTokens());
  }

  /// The content of a JSON string for this text: quotes, backslashes and control characters
  /// escaped, all else as it is.
  public static InputStream escaping(InputStream text) {
    return new Escaping(text);
  }

  /// Bytes that [#escaping] makes of it.
  public static long escapedLength(InputStream text) throws IOException {
    byte[] block = new byte[8192];
    long length = 0;
    for (int n = text.read(block, 0, block.length); n >= 0; n = text.read(block, 0, block.length)) {
      for (int i = 0; i < n; i++) {
        length += escapedLength(block[i]);
      }
    }
    return length;
  }

  private static int escapedLength(byte b) {
    return b == '"' || b == '\\' || b == '\n' || b == '\t' || b == '\r'
        ? 2
        : b >= 0 && b < ' ' ? 6 : 1;
  }

  /// Writes one byte of text escaped; returns the position after it.
  static int escape(byte b, byte[] into, int at) {
    switch (escapedLength(b)) {
      case 1 -> into[at] = b;
      case 2 -> {
        into[at] = '\\';
        into[at + 1] = b == '\n' ? (byte) 'n' : b == '\t' ? (byte) 't' : b == '\r' ? (byte) 'r' : b;
      }
      default -> {
        into[at] = '\\';
        into[at + 1] = 'u';
        into[at + 2] = '0';
        into[at + 3] = '0';
        into[at + 4] = HEX[b >> 4];
        into[at + 5] = HEX[b & 15];
      }
    }
    return at + escapedLength(b);
  }

  private static final class Escaping extends BlockStream {
    private final InputStream text;
    private final byte[] plain = new byte[2048];
    private final byte[] escaped = new byte[plain.length * 6];
    private int at;
    private int limit;

    Escaping(InputStream text) {
      this.text = text;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (at == limit) {
        int n = text.read(plain, 0, plain.length);
        if (n < 0) {
          return -1;
        }
        at = 0;
        limit = 0;
        for (int i = 0; i < n; i++) {
          limit = escape(plain[i], escaped, limit);
        }
      }
      int n = Math.min(length, limit - at);
      System.arraycopy(escaped, at, into, offset, n);
      at += n;
      return n;
    }
  }
}
