package dev.kompakt.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Memory must not grow with the body: what the scanning thread allocates is counted.
final class LargeBodyTest {
  private static final long MIB = 1024 * 1024;

  /// By this thread, for the last scan.
  private long allocated;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "The quick brown fox jumps over the lazy dog. ",
        "\\t\\\"quoted\\\" \\u00e9 \\ud83d\\ude00 and so on, for longer, to be quick about it",
        "\u6f22\u5b57",
      })
  void shouldAllocateLittleWhenBodyIsOneString(String unit) throws IOException {
    // Given
    Repeated body =
        new Repeated(
            "{\"input\":[{\"role\":\"user\",\"type\":\"message\",\"content\":\"",
            unit,
            150 * MIB,
            "\"}],\"model\":\"m\"}");
    Counter items = new Counter();

    // When
    ScannedBody scanned = scan(body, items);

    // Then
    assertThat(scanned.itemsBytes()).isEqualTo(items.count).isBetween(149 * MIB, 151 * MIB);
    assertThat(scanned.longTexts()).hasSize(1);
    assertThat(scanned.longTexts().getFirst().cuts()).hasSizeBetween(9_000, 9_700);
    assertThat(allocated).isLessThan(8 * MIB);
  }

  @Test
  void shouldAllocateLittleWhenItemHasNoTypeAndFieldsAreMany() throws IOException {
    // Given
    Repeated body =
        new Repeated(
            "{\"input\":[{\"content\":[0",
            ",{\"b\":[],\"a\":\"x\"},-1.5e3",
            30 * MIB,
            "]}],\"model\":\"m\"}");

    // When
    ScannedBody scanned = scan(body, new Counter());

    // Then
    assertThat(scanned.itemCount()).isEqualTo(1);
    assertThat(allocated).isLessThan(16 * MIB);
  }

  @Test
  void shouldAllocateLittleWhenItemsAreMany() throws IOException {
    // Given
    Repeated body =
        new Repeated(
            "{\"input\":[{\"type\":\"a\"}",
            ",{\"type\":\"function_call\",\"call_id\":\"c\",\"id\":\"d\",\"pad\":\"0123456789\"}",
            300_000L * 70,
            "],\"model\":\"m\"}");

    // When
    ScannedBody scanned = scan(body, new Counter());

    // Then
    assertThat(scanned.itemCount()).isGreaterThan(290_000);
    assertThat(allocated).isLessThan(64 * MIB);
  }

  private ScannedBody scan(InputStream body, OutputStream items) throws IOException {
    long before = allocatedSoFar();
    ScannedBody scanned =
        BodyScanner.scan(
            body,
            items,
            OutputStream.nullOutputStream(),
            CheckpointOpener.none(),
            Purpose.COMPACTION);
    allocated = allocatedSoFar() - before;
    return scanned;
  }

  private static long allocatedSoFar() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private static final class Counter extends OutputStream {
    private long count;

    @Override
    public void write(int b) {
      count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      count += length;
    }
  }

  /// A text repeated up to a length, between an opening and a closing.
  private static final class Repeated extends InputStream {
    private final byte[] opening;
    private final byte[] units;
    private final byte[] closing;
    private final long repeated;
    private long at;

    Repeated(String opening, String unit, long length, String closing) {
      this.opening = opening.getBytes(StandardCharsets.UTF_8);
      this.units = unit.repeat(2_000).getBytes(StandardCharsets.UTF_8);
      this.closing = closing.getBytes(StandardCharsets.UTF_8);
      long unitBytes = units.length / 2_000;
      repeated = length / unitBytes * unitBytes;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      long inside = at - opening.length;
      if (inside < 0) {
        return give(opening, (int) at, opening.length, into, offset, length);
      }
      if (inside < repeated) {
        int from = (int) (inside % units.length);
        int to = (int) Math.min(units.length, from + repeated - inside);
        return give(units, from, to, into, offset, length);
      }
      int from = (int) (inside - repeated);
      return from == closing.length
          ? -1
          : give(closing, from, closing.length, into, offset, length);
    }

    private int give(byte[] bytes, int from, int to, byte[] into, int offset, int length) {
      int given = Math.min(length, to - from);
      System.arraycopy(bytes, from, into, offset, given);
      at += given;
      return given;
    }
  }
}
