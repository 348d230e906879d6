package dev.kompakt.bench.clients;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A provider that answers every turn at once with a stream of events, as many as its model's name
/// says: `stream-<events>`.
final class StreamingProvider implements AutoCloseable {
  /// Bytes of each event.
  static final int EVENT_BYTES = 16 * 1024;

  private static final Pattern EVENTS = Pattern.compile("\"stream-(\\d{1,9})\"");
  private static final byte[] EVENT = event();
  private static final byte[] LAST =
      """
      data: {"type":"response.completed","response":{"id":"r","usage":{"input_tokens":10,\
      "output_tokens":10}}}

      """
          .getBytes(StandardCharsets.US_ASCII);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  StreamingProvider() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Matcher events = EVENTS.matcher(new String(body, StandardCharsets.ISO_8859_1));
            long count = events.find() ? Long.parseLong(events.group(1)) : 0;
            exchange.getResponseHeaders().set("content-type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            for (long i = 0; i < count; i++) {
              out.write(EVENT);
            }
            out.write(LAST);
          }
        });
    server.start();
  }

  private static byte[] event() {
    String head = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"";
    String tail = "\"}\n\n";
    return (head + "x".repeat(EVENT_BYTES - head.length() - tail.length()) + tail)
        .getBytes(StandardCharsets.US_ASCII);
  }

  URI baseUrl() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
