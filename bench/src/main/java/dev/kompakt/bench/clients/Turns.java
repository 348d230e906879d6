package dev.kompakt.bench.clients;

import dev.kompakt.bench.report.BenchException;
import dev.kompakt.bench.report.Quantiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;

/// Turns that stream through an ingress, beside the same turns at their provider. One client, one
/// turn at a time, the two in turns.
final class Turns {
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final int PIECE_BYTES = 64 * 1024;
  private static final double MIB = 1 << 20;

  /// A conversation of ordinary size.
  private static final String TEXT = "about this and that ".repeat(2_000);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final byte[] piece = new byte[PIECE_BYTES];
  private int asked;

  /// Milliseconds from the request to the first byte of its answer.
  ///
  /// @param added the difference of each pair
  record FirstByte(Quantiles direct, Quantiles through, Quantiles added) {}

  /// Mebibytes a second of one long answer; the median of several.
  record Rate(long bytes, double direct, double through) {}

  FirstByte firstByte(URI direct, URI through, int warmUp, int samples)
      throws InterruptedException {
    long[] at = new long[samples];
    long[] by = new long[samples];
    long[] added = new long[samples];
    for (int i = -warmUp; i < samples; i++) {
      long plain = nanosToFirstByte(direct);
      long passed = nanosToFirstByte(through);
      if (i >= 0) {
        at[i] = plain;
        by[i] = passed;
        added[i] = passed - plain;
      }
    }
    return new FirstByte(Quantiles.ofNanos(at), Quantiles.ofNanos(by), Quantiles.ofNanos(added));
  }

  Rate rate(URI direct, URI through, long events, int samples) throws InterruptedException {
    double[] at = new double[samples];
    double[] by = new double[samples];
    for (int i = -1; i < samples; i++) {
      double plain = mebibytesPerSecond(direct, events);
      double passed = mebibytesPerSecond(through, events);
      if (i >= 0) {
        at[i] = plain;
        by[i] = passed;
      }
    }
    Arrays.sort(at);
    Arrays.sort(by);
    return new Rate(events * StreamingProvider.EVENT_BYTES, at[samples / 2], by[samples / 2]);
  }

  private long nanosToFirstByte(URI endpoint) throws InterruptedException {
    long start = System.nanoTime();
    try (InputStream body = send(endpoint, 1).body()) {
      if (body.read() < 0) {
        throw new BenchException("the answer was empty");
      }
      long nanos = System.nanoTime() - start;
      drain(body);
      return nanos;
    } catch (IOException e) {
      throw new BenchException("a turn failed: " + e, e);
    }
  }

  private double mebibytesPerSecond(URI endpoint, long events) throws InterruptedException {
    long start = System.nanoTime();
    try (InputStream body = send(endpoint, events).body()) {
      long bytes = drain(body);
      if (bytes < events * StreamingProvider.EVENT_BYTES) {
        throw new BenchException("the answer was cut after " + bytes + " bytes");
      }
      return bytes / MIB / ((System.nanoTime() - start) / 1e9);
    } catch (IOException e) {
      throw new BenchException("a turn failed: " + e, e);
    }
  }

  private long drain(InputStream body) throws IOException {
    long bytes = 0;
    for (int read = body.read(piece); read >= 0; read = body.read(piece)) {
      bytes += read;
    }
    return bytes;
  }

  private HttpResponse<InputStream> send(URI endpoint, long events)
      throws IOException, InterruptedException {
    String body =
        "{\"model\":\"stream-%d\",\"stream\":true,\"input\":\"%d %s\"}"
            .formatted(events, asked++, TEXT);
    HttpResponse<InputStream> response =
        client.send(
            HttpRequest.newBuilder(endpoint)
                .timeout(LONGEST)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      throw new BenchException("a turn was answered " + response.statusCode());
    }
    return response;
  }
}
