package dev.kompakt.testing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Whether the process with this admin plane serves.
///
/// @param port on loopback
record ReadyProbe(HttpClient http, int port) implements BooleanSupplier {
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  @Override
  public boolean getAsBoolean() {
    HttpRequest probe =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/readyz"))
            .timeout(DEADLINE)
            .build();
    try {
      return http.send(probe, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
