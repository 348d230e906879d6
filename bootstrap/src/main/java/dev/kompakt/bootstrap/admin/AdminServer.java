package dev.kompakt.bootstrap.admin;

import static java.util.stream.Collectors.joining;

import dev.kompakt.bootstrap.config.ClientKey;
import dev.kompakt.bootstrap.config.HostPort;
import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.bootstrap.kafka.UnreachableException;
import dev.kompakt.bootstrap.observe.Check;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.Meters;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.PathTemplateHandler;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/// Listens for probes (`/livez`, `/readyz`), `/metrics` and the endpoints a role adds under
/// `/admin/v1`. Endpoints require the admin key, if there is one, and at most 32 are answered at
/// once; probes are always answered. Requests that change something are refused when they come from
/// a page of another site in an operator's browser. Errors are problem+json.
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final int MOST_AT_ONCE = 32;
  private static final String SCHEME = "Bearer ";
  private static final Set<String> LOCAL = Set.of("127.0.0.1", "localhost", "::1", "[::1]");

  private final PathTemplateHandler paths = new PathTemplateHandler(AdminServer::notFound);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Map<HttpString, HttpHandler>> methods = new HashMap<>();
  private final Semaphore room = new Semaphore(MOST_AT_ONCE);
  private final Health health;
  private final byte @Nullable [] keyHash;
  private final Undertow server;

  /// Makes a server that listens once started and asks for no key.
  public AdminServer(HostPort listen, Health health, Meters meters) {
    this(listen, null, health, meters);
  }

  /// Makes a server that listens once started.
  ///
  /// @param key what callers send as bearer token; null for none
  public AdminServer(HostPort listen, @Nullable String key, Health health, Meters meters) {
    this.health = health;
    keyHash = key == null ? null : ClientKey.sha256(key);
    on(Methods.GET, "/livez", exchange -> send(exchange, 200, "text/plain", "ok\n"));
    on(Methods.GET, "/readyz", this::readiness);
    add("/metrics", _ -> new AdminEndpoint.Reply(200, METRICS_TYPE, meters.scrape()));
    server =
        Undertow.builder()
            .addHttpListener(listen.port(), listen.host())
            .setIoThreads(1)
            .setWorkerThreads(1)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, 64L * 1024)
            .setServerOption(UndertowOptions.MAX_HEADER_SIZE, 32 * 1024)
            .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, 10_000)
            .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, 60_000)
            .setHandler(paths)
            .build();
  }

  /// Adds an endpoint that tells something, for `GET`.
  ///
  /// @param path exact, but for parameters such as `{id}`, which the endpoint is given by name
  public void add(String path, AdminEndpoint endpoint) {
    on(Methods.GET, path, exchange -> enter(exchange, endpoint));
  }

  /// Adds an endpoint that changes something, for `POST` without a body.
  ///
  /// @param path as in [#add]
  public void addAction(String path, AdminEndpoint endpoint) {
    on(
        Methods.POST,
        path,
        exchange -> {
          if (ofAnotherSite(exchange)) {
            problem(exchange, 403, "cross_site", "this is not done for pages of another site");
          } else {
            enter(exchange, endpoint);
          }
        });
  }

  private void on(HttpString method, String path, HttpHandler handler) {
    Map<HttpString, HttpHandler> known = methods.get(path);
    if (known != null) {
      known.put(method, handler);
      return;
    }
    Map<HttpString, HttpHandler> handlers = new ConcurrentSkipListMap<>();
    handlers.put(method, handler);
    methods.put(path, handlers);
    paths.add(
        path,
        exchange -> {
          HttpHandler asked = handlers.get(exchange.getRequestMethod());
          if (asked != null) {
            asked.handleRequest(exchange);
          } else {
            String allowed =
                handlers.keySet().stream().map(HttpString::toString).collect(joining(", "));
            exchange.getResponseHeaders().put(Headers.ALLOW, allowed);
            problem(exchange, 405, "method_not_allowed", "only " + allowed + " is answered here");
          }
        });
  }

  private static boolean ofAnotherSite(HttpServerExchange exchange) {
    String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
    return origin != null && !origin.equals("http://" + exchange.getHostAndPort());
  }

  private void enter(HttpServerExchange exchange, AdminEndpoint endpoint) {
    if (keyHash == null && !LOCAL.contains(exchange.getHostName())) {
      // a page of another site whose name was made to lead here
      problem(exchange, 403, "foreign_host", "without admin.key, ask for 127.0.0.1 or localhost");
    } else if (!mayCome(exchange)) {
      exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, "Bearer");
      problem(exchange, 401, "invalid_api_key", "the admin plane asks for admin.key");
    } else if (!room.tryAcquire()) {
      exchange.getResponseHeaders().put(Headers.RETRY_AFTER, "1");
      problem(exchange, 429, "overloaded", "too much is asked of the admin plane at once");
    } else {
      try {
        exchange.dispatch(threads, () -> answer(exchange, endpoint));
      } catch (RejectedExecutionException e) {
        room.release();
        throw e;
      }
    }
  }

  /// Compares hashes, so that neither the key nor its length shows in the time it takes.
  private boolean mayCome(HttpServerExchange exchange) {
    if (keyHash == null) {
      return true;
    }
    HeaderValues given = exchange.getRequestHeaders().get(Headers.AUTHORIZATION);
    String text = given == null || given.size() != 1 ? "" : given.getFirst();
    boolean bearer = text.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    String key = bearer ? text.substring(SCHEME.length()).strip() : "";
    return MessageDigest.isEqual(keyHash, ClientKey.sha256(key)) && bearer;
  }

  /// Starts listening.
  ///
  /// @throws RuntimeException with a `BindException` as cause if the port is taken
  public void start() {
    server.start();
  }

  /// Where it listens, once started.
  public InetSocketAddress address() {
    return (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
  }

  private void readiness(HttpServerExchange exchange) {
    StringBuilder text = new StringBuilder();
    health
        .results()
        .forEach(
            (name, check) ->
                text.append(check instanceof Check.Holds ? "ok   " : "FAIL ")
                    .append(name)
                    .append(check.remark().isEmpty() ? "" : ": " + check.remark())
                    .append('\n'));
    send(exchange, health.ready() ? 200 : 503, "text/plain", text.toString());
  }

  private void answer(HttpServerExchange exchange, AdminEndpoint endpoint) {
    Map<String, String> parameters = new HashMap<>();
    exchange
        .getQueryParameters()
        .forEach((name, values) -> parameters.put(name, values.getFirst()));
    try {
      AdminEndpoint.Reply reply = endpoint.answer(parameters);
      send(exchange, reply.status(), reply.contentType(), reply.body());
    } catch (IllegalArgumentException e) {
      problem(exchange, 400, "invalid_request", String.valueOf(e.getMessage()));
    } catch (NoSuchElementException e) {
      problem(exchange, 404, "not_found", String.valueOf(e.getMessage()));
    } catch (NotWrittenException e) {
      problem(exchange, 503, "not_written", "Kafka does not take it; try again");
    } catch (UnreachableException e) {
      problem(exchange, 503, "unreachable", "Kafka does not answer; try again");
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("path", exchange.getRequestPath())
          .setCause(e)
          .log("an admin endpoint failed");
      problem(exchange, 500, "internal_error", "see the log of this process");
    } finally {
      room.release();
    }
  }

  private static void notFound(HttpServerExchange exchange) {
    problem(exchange, 404, "not_found", "nothing is served at " + exchange.getRequestPath());
  }

  private static void problem(HttpServerExchange exchange, int status, String code, String detail) {
    String body =
        JSON.writeValueAsString(
            Map.of("type", "about:blank", "status", status, "title", code, "detail", detail));
    send(exchange, status, "application/problem+json", body);
  }

  private static void send(HttpServerExchange exchange, int status, String type, String body) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
    exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
    exchange.getResponseSender().send(ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public void close() {
    server.stop();
    threads.shutdownNow();
  }
}
