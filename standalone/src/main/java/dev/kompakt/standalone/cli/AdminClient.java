package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.HostPort;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.standalone.broker.Running;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Speaks to the admin plane of a Kompakt that runs. For one thread.
final class AdminClient implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(5);
  private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(60);

  /// No list of an admin plane is longer.
  static final int MOST_BYTES = 32 << 20;

  private static final String UNNAMED =
      " asks for a key, and the config has none: set admin.key to that of the ingress";
  private static final String UNKNOWN =
      " does not know the admin.key of the config: it must be that of the ingress";
  private static final Set<String> ANYWHERE = Set.of("0.0.0.0", "::", "[::]");

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_DEADLINE)
          .build();
  private final String base;
  private final @Nullable String key;

  private AdminClient(String base, @Nullable String key) {
    this.base = base;
    this.key = key;
  }

  /// Makes one for the Kompakt the config means: the one that runs on its data directory, else the
  /// one at `admin.listen`.
  static AdminClient of(KompaktConfig config) {
    String running = Brokers.running(config).map(Running::admin).orElse(null);
    HostPort listen = config.admin().listen();
    String host = ANYWHERE.contains(listen.host()) ? "127.0.0.1" : listen.host();
    return new AdminClient(
        running == null ? "http://" + host + ":" + listen.port() : running,
        config.admin().credential());
  }

  /// A path with a query.
  ///
  /// @param parameters by name; null for none
  static String path(String path, Map<String, @Nullable String> parameters) {
    StringBuilder query = new StringBuilder(path);
    parameters.forEach(
        (name, value) -> {
          if (value != null) {
            query
                .append(query.length() == path.length() ? '?' : '&')
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
          }
        });
    return query.toString();
  }

  /// Asks for something.
  ///
  /// @param path with its query
  /// @throws CommandFailedException if it is not there, refused, or nobody answers
  JsonNode get(String path) {
    return send(HttpRequest.newBuilder(URI.create(base + path)).GET());
  }

  /// Has something done.
  ///
  /// @throws CommandFailedException if it is not there, refused, or nobody answers
  JsonNode post(String path) {
    return send(HttpRequest.newBuilder(URI.create(base + path)).POST(BodyPublishers.noBody()));
  }

  private JsonNode send(HttpRequest.Builder request) {
    request.timeout(ANSWER_DEADLINE);
    if (key != null) {
      request.header("authorization", "Bearer " + key);
    }
    try {
      HttpResponse<byte[]> response =
          http.send(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
      JsonNode body = JSON.readTree(response.body());
      if (response.statusCode() / 100 == 2) {
        return body;
      }
      throw new CommandFailedException(
          switch (response.statusCode()) {
            case 400 -> ExitCode.USAGE;
            case 404 -> ExitCode.NOT_FOUND;
            default -> ExitCode.FAILED;
          },
          response.statusCode() == 401
              ? base + (key == null ? UNNAMED : UNKNOWN)
              : body.path("detail").asString("the admin plane refused")
                  + " ("
                  + response.statusCode()
                  + " "
                  + body.path("title").asString("unknown")
                  + ")");
    } catch (JacksonException e) {
      throw new CommandFailedException(
          ExitCode.FAILED, "what answers at " + base + " is no admin plane of Kompakt");
    } catch (IOException e) {
      throw new CommandFailedException(
          ExitCode.CANNOT_CONNECT,
          "no admin plane answers at " + base + "; start `kompakt up`, or set admin.listen");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException(ExitCode.INTERRUPTED, "interrupted");
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
