package dev.kompakt.workers.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.workers.Seeded;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SseReaderTest {
  private final ResponseMemory memory = new ResponseMemory(64 << 20);

  @Test
  void shouldReadEventsWhateverTheirLinesEndIn() throws IOException {
    for (String end : List.of("\n", "\r\n", "\r")) {
      // Given
      String stream =
          "\uFEFF: a comment||event: x|data: one||data:two|data: more||id: 7||data|| data: no||"
              + "data:  spaced||dataset: no||data: cut off|";
      // When
      List<String> events = read(stream.replace("|", end), 1_000_000);

      // Then
      assertThat(events).as(end).containsExactly("one", "two\nmore", "", " spaced");
    }
  }

  @Test
  void shouldGiveTheSameEventsHoweverTheBytesAreCut() throws IOException {
    long seed = Seeded.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      // Given
      List<String> sent = new ArrayList<>();
      StringBuilder stream = new StringBuilder();
      for (int i = random.nextInt(6); i >= 0; i--) {
        String end = List.of("\n", "\r\n", "\r").get(random.nextInt(3));
        String data = "é€😀 \"x\":" + "y".repeat(random.nextInt(50));
        sent.add(data + "\n" + data);
        stream.append("data: ").append(data).append(end);
        stream.append("data: ").append(data).append(end).append(end);
      }

      // When
      List<String> events = read(stream.toString(), 1 + random.nextInt(5), 1_000_000);

      // Then
      assertThat(events).as("seed %d", seed).isEqualTo(sent);
    }
  }

  @Test
  void shouldGiveAnEventBeforeAByteOfTheNextHasCome() throws IOException {
    // Given
    InputStream stuck =
        new InputStream() {
          private final InputStream first =
              new ByteArrayInputStream("data: x\r\r".getBytes(StandardCharsets.UTF_8));

          @Override
          public int read() {
            throw new AssertionError("reads single bytes");
          }

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            int n = first.read(into, offset, length);
            if (n < 0) {
              throw new AssertionError("waited for more");
            }
            return n;
          }
        };

    // When
    byte[] event = reader(stuck, 1_000).next();

    // Then
    assertThat(event).isEqualTo(new byte[] {'x'});
  }

  @Test
  void shouldRefuseMoreThanMayBeRead() {
    String huge = "data: " + "x".repeat(100_000) + "\n\n";
    assertThatThrownBy(() -> read(huge, 50_000)).isInstanceOf(ResponseTooLongException.class);
    assertThatThrownBy(() -> read(": x\n".repeat(30_000), 50_000))
        .isInstanceOf(ResponseTooLongException.class);
  }

  @Test
  void shouldGiveItsMemoryBack() throws IOException {
    // When
    read("data: " + "x".repeat(100_000) + "\n\n", 1_000_000);

    // Then
    assertThat(memory.taken()).isZero();
  }

  @Test
  void shouldFailAsThisWorkersFaultWhenMemoryIsUsedUp() throws IOException {
    // Given
    memory.take((64 << 20) - 1000);

    // Then
    assertThatThrownBy(() -> read("data: " + "x".repeat(100_000) + "\n\n", 1_000_000))
        .isInstanceOf(CallFailedException.class)
        .hasMessageContaining("WORKER_FAULT");
  }

  private List<String> read(String stream, long limit) throws IOException {
    return read(stream, 8192, limit);
  }

  private List<String> read(String stream, int block, long limit) throws IOException {
    InputStream in = new ByteArrayInputStream(stream.getBytes(StandardCharsets.UTF_8));
    InputStream blocks =
        new InputStream() {
          @Override
          public int read() throws IOException {
            return in.read();
          }

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            return in.read(into, offset, Math.min(length, block));
          }
        };
    List<String> events = new ArrayList<>();
    try (SseReader reader = reader(blocks, limit)) {
      for (byte[] event = reader.next(); event != null; event = reader.next()) {
        events.add(new String(event, StandardCharsets.UTF_8));
      }
    }
    return events;
  }

  private SseReader reader(InputStream in, long limit) {
    return new SseReader(in, new ByteSpool(memory, limit), limit);
  }
}
