package dev.kompakt.workers.payload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.workers.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PayloadCursorTest {
  private final MemoryPayloads payloads = new MemoryPayloads();

  @Test
  void shouldReadEverySegmentOnceWhenRangesAscend() throws IOException {
    // Given
    PayloadRef ref = payloads.put(new byte[3 * PayloadRef.SEGMENT_BYTES]);
    PayloadCursor cursor = new PayloadCursor(payloads, ref);

    // When
    for (long offset = 0; offset < ref.bytes(); offset += 50_000) {
      cursor.copy(new ByteRange(offset, 100), new ByteArrayOutputStream());
    }

    // Then
    assertThat(payloads.opened()).isEqualTo(3);
  }

  @Test
  void shouldGiveTheRangeWhateverTheOrderIs() throws IOException {
    long seed = Seeded.seed();
    Random random = new Random(seed);
    byte[] bytes = new byte[2_500_000];
    random.nextBytes(bytes);
    PayloadCursor cursor = new PayloadCursor(payloads, payloads.put(bytes));
    for (int i = 0; i < 200; i++) {
      // Given
      int from = random.nextInt(bytes.length);
      int length = random.nextInt(Math.min(50_000, bytes.length - from + 1));
      ByteArrayOutputStream copy = new ByteArrayOutputStream();

      // When
      cursor.copy(new ByteRange(from, length), copy);

      // Then
      assertThat(copy.toByteArray())
          .as("seed %d", seed)
          .isEqualTo(Arrays.copyOfRange(bytes, from, from + length));
    }
  }
}
