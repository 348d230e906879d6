package dev.kompakt.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.nio.charset.StandardCharsets;

/// Headers of strangers say anything, or say it twice: they are understood, or refused with words
/// of ours. An input is lines of `name:value`.
class HeadersFuzzTest {
  /// As many as the data plane lets through.
  private static final int MOST_HEADERS = 100;

  private static final HttpString VERSION = new HttpString("version");

  @FuzzTest
  void shouldUnderstandWhatIsAskedForOrRefuse(byte[] lines) {
    HeaderMap headers = new HeaderMap();
    read(lines, headers);
    try {
      Wishes wishes = Wishes.of(headers);
      assertThat(headers.get(Headers.CONTENT_TYPE)).hasSize(1);
      String key = wishes.idempotencyKey();
      assertThat(key).isEqualTo(headers.getFirst("Idempotency-Key"));
      assertThat(key == null || (key.length() <= 256 && printable(key))).isTrue();
      String session = wishes.session();
      assertThat(session == null || (!session.isBlank() && session.length() <= 1_024)).isTrue();
    } catch (RefusedException e) {
      assertThat(e.error().status()).isIn(400, 415);
    }
  }

  @FuzzTest
  void shouldKnowWhereABodyEndsOrRefuse(byte[] lines) {
    HttpServerExchange exchange = new HttpServerExchange(null);
    HeaderMap headers = exchange.getRequestHeaders();
    read(lines, headers);
    exchange.setProtocol(
        new HttpString(headers.contains(VERSION) ? headers.getFirst(VERSION) : "HTTP/1.1"));
    try {
      Framing.check(exchange);
      if (headers.contains(Headers.TRANSFER_ENCODING)) {
        assertThat(headers.contains(Headers.CONTENT_LENGTH)).isFalse();
        assertThat(Framing.length(exchange)).isEqualTo(-1);
      } else {
        assertThat(Framing.length(exchange)).isNotNegative();
      }
    } catch (RefusedException e) {
      assertThat(e.error().status()).isIn(400, 417, 501, 505);
    }
  }

  private static boolean printable(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= ' ' && c <= '~');
  }

  private static void read(byte[] lines, HeaderMap into) {
    new String(lines, StandardCharsets.ISO_8859_1)
        .lines()
        .limit(MOST_HEADERS)
        .map(line -> line.split(":", 2))
        .filter(header -> header.length == 2 && !header[0].isEmpty())
        .forEach(header -> into.add(new HttpString(header[0]), header[1].strip()));
  }
}
