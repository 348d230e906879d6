package dev.kompakt.bootstrap.credential;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A token endpoint that takes each refresh token once: `rt-1` gives `at-2` and `rt-2`, and so on.
final class SingleUseEndpoint implements AutoCloseable {
  /// What it does instead of its duty.
  @FunctionalInterface
  interface Instead {
    /// Returns whether it answered.
    boolean answer(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger next = new AtomicInteger(1);
  private final AtomicInteger inside = new AtomicInteger();
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private final List<String> used = new CopyOnWriteArrayList<>();
  private volatile Instead instead = _ -> false;
  private volatile Duration life = Duration.ofHours(1);

  SingleUseEndpoint() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.setExecutor(threads);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/oauth/token");
  }

  void doing(Instead other) {
    instead = other;
  }

  void lasting(Duration tokens) {
    life = tokens;
  }

  /// Signs the account in again: from now on `rt-<number>` is good.
  void signIn(int number) {
    next.set(number);
  }

  /// The refresh tokens that came in, in order.
  List<String> used() {
    return used;
  }

  /// What a strict endpoint closes an account for.
  List<String> violations() {
    return violations;
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      Reply reply;
      if (inside.incrementAndGet() > 1) {
        violations.add("two at once");
      }
      try {
        reply = judge(exchange);
      } finally {
        // before it is answered, for from then on the next may come
        inside.decrementAndGet();
      }
      if (reply != null) {
        respond(exchange, reply.status(), reply.body());
      }
    }
  }

  private record Reply(int status, String body) {}

  /// What a request is to be answered; null if it has been.
  private @Nullable Reply judge(HttpExchange exchange) throws IOException {
    Map<String, String> form = form(exchange);
    String token = form.getOrDefault("refresh_token", "");
    used.add(token);
    if (!"refresh_token".equals(form.get("grant_type")) || !"app".equals(form.get("client_id"))) {
      violations.add("not asked as it should be: " + form.keySet());
    }
    if (instead.answer(exchange)) {
      return null;
    }
    int number = next.get();
    if (!token.equals("rt-" + number) || !next.compareAndSet(number, number + 1)) {
      violations.add("used twice: " + token);
      return new Reply(401, "{\"error\":{\"code\":\"refresh_token_reused\"}}");
    }
    return new Reply(
        200,
        "{\"access_token\":\"at-%d\",\"refresh_token\":\"rt-%d\",\"expires_in\":%d}"
            .formatted(number + 1, number + 1, life.toSeconds()));
  }

  static boolean respond(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    return true;
  }

  private static Map<String, String> form(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> form = new HashMap<>();
    for (String field : body.split("&", -1)) {
      int equals = field.indexOf('=');
      form.put(
          field.substring(0, equals),
          URLDecoder.decode(field.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return form;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
