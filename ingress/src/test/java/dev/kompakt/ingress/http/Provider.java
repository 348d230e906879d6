package dev.kompakt.ingress.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A provider that answers turns as it is told, and remembers what it was asked.
final class Provider implements AutoCloseable {
  private final HttpServer server;
  private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
  final List<Asked> asked = new CopyOnWriteArrayList<>();

  /// Answers one call.
  interface Script {
    void answer(HttpExchange exchange) throws IOException;
  }

  /// One call, as it came.
  record Asked(String path, Map<String, List<String>> headers, String body) {
    String header(String name) {
      return headers.entrySet().stream()
          .filter(entry -> entry.getKey().equalsIgnoreCase(name))
          .map(entry -> entry.getValue().getFirst())
          .findFirst()
          .orElse("");
    }
  }

  Provider() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          asked.add(
              new Asked(
                  exchange.getRequestURI().toString(),
                  Map.copyOf(exchange.getRequestHeaders()),
                  new String(body, StandardCharsets.UTF_8)));
          Script script = scripts.poll();
          try (exchange) {
            (script == null ? Provider.json(200, "{}") : script).answer(exchange);
          }
        });
    server.start();
  }

  String baseUrl() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  /// The next calls are answered so, one each.
  void then(Script... next) {
    scripts.addAll(List.of(next));
  }

  static Script json(int status, String json, String... headers) {
    return exchange -> {
      exchange.getResponseHeaders().set("content-type", "application/json");
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  /// A stream of events, written by the script.
  static Script events(Script body, String... headers) {
    return exchange -> {
      exchange.getResponseHeaders().set("content-type", "text/event-stream");
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(200, 0);
      body.answer(exchange);
    };
  }

  /// Does one thing after the other.
  static Script inTurn(Script... parts) {
    return exchange -> {
      for (Script part : parts) {
        part.answer(exchange);
      }
    };
  }

  /// Waits until the test goes on.
  static Script until(CountDownLatch latch) {
    return _ -> {
      try {
        if (!latch.await(20, TimeUnit.SECONDS)) {
          throw new IOException("the test did not go on");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    };
  }

  /// Sends a piece of a body.
  static Script say(String text) {
    return exchange -> send(exchange, text);
  }

  static void send(HttpExchange exchange, String text) throws IOException {
    exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
