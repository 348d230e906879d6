package dev.kompakt.bench.process;

import dev.kompakt.bench.report.BenchException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The admin plane of a process, as far as a benchmark asks it.
public final class AdminPlane {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final URI base;

  AdminPlane(int port) {
    base = URI.create("http://127.0.0.1:" + port);
  }

  /// Whether the process says that it is ready; false too while it does not listen.
  boolean ready() {
    try {
      return get("/readyz") != null;
    } catch (IOException e) {
      return false;
    }
  }

  /// The value of a metric that has no tags.
  public double metric(String name) {
    try {
      String metrics = get("/metrics");
      if (metrics != null) {
        for (String line : metrics.lines().toList()) {
          if (line.startsWith(name + " ")) {
            return Double.parseDouble(line.substring(name.length() + 1));
          }
        }
      }
    } catch (IOException e) {
      throw new BenchException(base + "/metrics does not answer", e);
    }
    throw new BenchException(base + "/metrics has no " + name);
  }

  private @Nullable String get(String path) throws IOException {
    HttpURLConnection call = (HttpURLConnection) base.resolve(path).toURL().openConnection();
    call.setConnectTimeout((int) TIMEOUT.toMillis());
    call.setReadTimeout((int) TIMEOUT.toMillis());
    if (call.getResponseCode() != HttpURLConnection.HTTP_OK) {
      return null;
    }
    try (InputStream body = call.getInputStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
