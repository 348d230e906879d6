package dev.kompakt.standalone.cli;

import dev.kompakt.standalone.rollout.Compactable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The request a file makes, streamed while it is sent.
final class RequestBody extends FilterInputStream {
  private static final int BUFFER_BYTES = 256 * 1024;

  private final AtomicReference<@Nullable IOException> failure;

  private RequestBody(InputStream in, AtomicReference<@Nullable IOException> failure) {
    super(in);
    this.failure = failure;
  }

  static BodyPublisher of(Compactable file, String model) {
    return BodyPublishers.fromPublisher(
        BodyPublishers.ofInputStream(() -> open(file, model)), file.requestBytes(model));
  }

  private static InputStream open(Compactable file, String model) {
    AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    PipedOutputStream out = new PipedOutputStream();
    PipedInputStream in = connected(out);
    Thread.startVirtualThread(
        () -> {
          try (out) {
            write(file, model, out, failure);
          } catch (IOException e) {
            failure.compareAndSet(null, e);
          }
        });
    return new RequestBody(in, failure);
  }

  private static PipedInputStream connected(PipedOutputStream out) {
    try {
      return new PipedInputStream(out, BUFFER_BYTES);
    } catch (IOException e) {
      throw new AssertionError("a new pipe can be connected", e);
    }
  }

  /// Notes a failure before the end of the stream can be seen.
  private static void write(
      Compactable file,
      String model,
      PipedOutputStream out,
      AtomicReference<@Nullable IOException> failure) {
    try {
      file.writeRequest(out, model);
    } catch (IOException e) {
      failure.set(e);
    }
  }

  @Override
  public int read() throws IOException {
    return checked(super.read());
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    return checked(super.read(into, offset, length));
  }

  private int checked(int read) throws IOException {
    IOException failed = failure.get();
    if (read < 0 && failed != null) {
      throw failed;
    }
    return read;
  }
}
