package dev.kompakt.bootstrap.credential;

import dev.kompakt.bootstrap.upstream.Unanswered;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Calls whose answers are small, each within its deadline from the first byte sent to the last one
/// read. Never follows a redirect. Thread-safe.
final class ShortCalls implements AutoCloseable {
  private static final long MOST_BYTES = 1 << 20;

  private final HttpClient client;

  ShortCalls(Duration connectTimeout) {
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(connectTimeout)
            .build();
  }

  /// What a call came to.
  sealed interface Reply {}

  /// An answer, whole.
  static final class Answer implements Reply {
    private final HttpResponse<byte[]> response;

    private Answer(HttpResponse<byte[]> response) {
      this.response = response;
    }

    int status() {
      return response.statusCode();
    }

    byte[] body() {
      return response.body();
    }

    /// A header's first value.
    Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }
  }

  /// No answer, or not its end.
  record None(Cause cause) implements Reply {}

  /// Makes one call.
  ///
  /// @throws InterruptedException if interrupted; the call is given up
  Reply send(HttpRequest request, Duration atMost) throws InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> sent =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
    try {
      return new Answer(sent.get(atMost.toNanos(), TimeUnit.NANOSECONDS));
    } catch (ExecutionException e) {
      return new None(Unanswered.cause(e.getCause()));
    } catch (TimeoutException e) {
      return new None(Cause.TOTAL_TIMEOUT);
    } finally {
      sent.cancel(true);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
