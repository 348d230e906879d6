package dev.kompakt.ingress.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolTest {
  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 1000, Spool.MEMORY_BYTES, Spool.MEMORY_BYTES + 1, 3 * Spool.MEMORY_BYTES + 7})
  void shouldReadTheSameEachTime(int length) throws IOException {
    // Given
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    try (Spool spool = new Spool()) {
      for (int at = 0; at < length; at += 100_003) {
        spool.write(bytes, at, Math.min(100_003, length - at));
      }

      // When
      byte[] first = read(spool);
      byte[] second = read(spool);

      // Then
      assertThat(first).isEqualTo(bytes);
      assertThat(second).isEqualTo(bytes);
      assertThat(spool.length()).isEqualTo(length);
    }
  }

  private static byte[] read(Spool spool) throws IOException {
    try (InputStream in = spool.open()) {
      return in.readAllBytes();
    }
  }
}
