package dev.kompakt.ingress.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.util.regex.Pattern;

/// Where a request's body begins and ends. What is not understood beyond doubt is refused, and its
/// connection closed: what follows on it could be anything.
final class Framing {
  private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");

  private Framing() {}

  /// Checks what the headers say of the body.
  ///
  /// @throws RefusedException if it is not plain; the connection must not be used again
  static void check(HttpServerExchange exchange) throws RefusedException {
    if (!exchange.isHttp11() && !exchange.isHttp10()) {
      throw RefusedException.invalid(
          505, "http_version_not_supported", "HTTP/1.1 and HTTP/1.0 are spoken here.");
    }
    HeaderValues encoding = exchange.getRequestHeaders().get(Headers.TRANSFER_ENCODING);
    HeaderValues length = exchange.getRequestHeaders().get(Headers.CONTENT_LENGTH);
    if (encoding != null) {
      if (encoding.size() != 1 || !encoding.getFirst().strip().equalsIgnoreCase("chunked")) {
        throw RefusedException.invalid(
            501,
            "unsupported_transfer_encoding",
            "The only Transfer-Encoding understood is `chunked`.");
      }
      if (length != null || !exchange.isHttp11()) {
        throw RefusedException.invalid(
            400, "ambiguous_body_length", "The length of the body is told in two ways.");
      }
    }
    if (length != null && (length.size() != 1 || !LENGTH.matcher(length.getFirst()).matches())) {
      throw RefusedException.invalid(400, "invalid_content_length", "Content-Length is no length.");
    }
    HeaderValues expect = exchange.getRequestHeaders().get(Headers.EXPECT);
    if (expect != null
        && (expect.size() != 1 || !expect.getFirst().strip().equalsIgnoreCase("100-continue"))) {
      throw RefusedException.invalid(
          417, "expectation_failed", "The only expectation met is `100-continue`.");
    }
  }

  /// Bytes of the body; -1 if it comes in chunks. The headers have been checked.
  static long length(HttpServerExchange exchange) {
    if (exchange.getRequestHeaders().contains(Headers.TRANSFER_ENCODING)) {
      return -1;
    }
    String length = exchange.getRequestHeaders().getFirst(Headers.CONTENT_LENGTH);
    return length == null ? 0 : Long.parseLong(length);
  }
}
