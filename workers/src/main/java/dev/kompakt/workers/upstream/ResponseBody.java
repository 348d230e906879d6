package dev.kompakt.workers.upstream;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// A response whose headers have come. Reading it throws [CallFailedException] if it breaks off or
/// a deadline passes, [ResponseTooLongException] if there is more than may be read, and
/// [dev.kompakt.workers.stop.StoppedException].
final class ResponseBody implements AutoCloseable {
  static final int MOST_ERROR_BYTES = 1 << 20;

  /// What an upstream may still need to end an answer whose result is there.
  private static final Duration DRAIN_IDLE = Duration.ofSeconds(1);

  private static final int MOST_DRAINED_BYTES = 1 << 20;
  private static final int BLOCK_BYTES = 16 * 1024;

  private final int status;
  private final HttpHeaders headers;
  private final ResponseStream stream;
  private final ResponseMemory memory;
  private final long limit;

  /// Takes a response.
  ///
  /// @param limit the most bytes that are read of a result
  ResponseBody(
      int status, HttpHeaders headers, ResponseStream stream, ResponseMemory memory, long limit) {
    this.status = status;
    this.headers = headers;
    this.stream = stream;
    this.memory = memory;
    this.limit = limit;
  }

  int status() {
    return status;
  }

  Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  boolean isJson() {
    String type = contentType();
    return type.equals("application/json") || type.endsWith("+json");
  }

  boolean isEventStream() {
    return contentType().equals("text/event-stream");
  }

  private String contentType() {
    if (!header("content-encoding").orElse("identity").equalsIgnoreCase("identity")) {
      return ""; // never asked for, so it is nothing we read
    }
    String type = header("content-type").orElse("");
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
  }

  /// All of it.
  byte[] readAll() throws IOException {
    try (ByteSpool spool = new ByteSpool(memory, limit)) {
      byte[] block = new byte[BLOCK_BYTES];
      for (int n = stream.read(block); n >= 0; n = stream.read(block)) {
        spool.append(block, 0, n);
      }
      return spool.copy();
    }
  }

  /// The beginning of an error's body, as far as it comes.
  byte[] readError() throws IOException {
    try (ByteSpool spool = new ByteSpool(memory, MOST_ERROR_BYTES)) {
      byte[] block = new byte[BLOCK_BYTES];
      try {
        for (int n = stream.read(block); n >= 0; n = stream.read(block)) {
          spool.append(block, 0, Math.min(n, MOST_ERROR_BYTES - spool.length()));
          if (spool.length() == MOST_ERROR_BYTES) {
            break;
          }
        }
      } catch (CallFailedException e) {
        // the status alone says enough
      }
      return spool.copy();
    }
  }

  /// Its server-sent events; to be closed.
  SseReader events() {
    return new SseReader(stream, new ByteSpool(memory, limit), limit);
  }

  /// Lets the upstream end in order, so that the connection can be used again.
  void drain() throws IOException {
    stream.idle(DRAIN_IDLE);
    byte[] block = new byte[BLOCK_BYTES];
    int drained = 0;
    try {
      for (int n = stream.read(block);
          n >= 0 && drained < MOST_DRAINED_BYTES;
          n = stream.read(block)) {
        drained += n;
      }
    } catch (CallFailedException e) {
      // the result is there
    }
  }

  @Override
  public void close() {
    stream.close();
  }
}
