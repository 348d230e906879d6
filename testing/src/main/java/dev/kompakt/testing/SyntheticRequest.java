package dev.kompakt.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// A made-up request to compact a coding session: messages, reasoning, calls with their outputs,
/// some of them in parallel. Every span (an item, or calls together with their outputs) holds one
/// mark ([Marks]), counting up, and [Canaries#TEXT]; the same values always make the same bytes.
///
/// @param bytes of the body, exactly
/// @param firstMark number of the first span's mark
/// @param trigger whether it is the streaming form that ends in a `compaction_trigger`
/// @param oversizedBytes of one output in the middle, far above the others; 0 for none
/// @param imageBytes of one image in the middle, as a `data:` URL; 0 for none
/// @param ciphertext whether reasoning carries `encrypted_content`
public record SyntheticRequest(
    long seed,
    long bytes,
    String model,
    int firstMark,
    boolean trigger,
    int oversizedBytes,
    int imageBytes,
    boolean ciphertext) {
  /// The smallest size that can be made.
  public static final long MIN_BYTES = 1024;

  public SyntheticRequest {
    if (bytes < MIN_BYTES + oversizedBytes + imageBytes) {
      throw new IllegalArgumentException(bytes + " bytes are too few");
    }
  }

  public SyntheticRequest withFirstMark(int firstMark) {
    return new SyntheticRequest(
        seed, bytes, model, firstMark, trigger, oversizedBytes, imageBytes, ciphertext);
  }

  /// The same as Codex sends it: streaming, with a trailing `compaction_trigger`.
  public SyntheticRequest withTrigger() {
    return new SyntheticRequest(
        seed, bytes, model, firstMark, true, oversizedBytes, imageBytes, ciphertext);
  }

  public SyntheticRequest withOversized(int oversizedBytes) {
    return new SyntheticRequest(
        seed, bytes, model, firstMark, trigger, oversizedBytes, imageBytes, ciphertext);
  }

  public SyntheticRequest withImage(int imageBytes) {
    return new SyntheticRequest(
        seed, bytes, model, firstMark, trigger, oversizedBytes, imageBytes, ciphertext);
  }

  public SyntheticRequest withCiphertext() {
    return new SyntheticRequest(
        seed, bytes, model, firstMark, trigger, oversizedBytes, imageBytes, true);
  }

  /// The body, made as it is read: no more than one span is in memory.
  public InputStream open() {
    return new Reading(new Spans(this));
  }

  public byte[] toBytes() {
    byte[] body = new byte[Math.toIntExact(bytes)];
    try (InputStream in = open()) {
      in.readNBytes(body, 0, body.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return body;
  }

  public String toText() {
    return new String(toBytes(), StandardCharsets.UTF_8);
  }

  /// How many spans, and so marks, it has; found by making it once more.
  public int marks() {
    Spans spans = new Spans(this);
    while (spans.hasNext()) {
      spans.next();
    }
    return spans.marks();
  }

  private static final class Reading extends InputStream {
    private final Spans spans;
    private byte[] span = new byte[0];
    private int at;

    Reading(Spans spans) {
      this.spans = spans;
    }

    @Override
    public int read() {
      return more() ? span[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      if (!more()) {
        return -1;
      }
      int read = Math.min(length, span.length - at);
      System.arraycopy(span, at, bytes, offset, read);
      at += read;
      return read;
    }

    private boolean more() {
      while (at == span.length && spans.hasNext()) {
        span = spans.next();
        at = 0;
      }
      return at < span.length;
    }
  }

  @Override
  public String toString() {
    return "request of %d bytes, seed %d".formatted(bytes, seed);
  }
}
