package dev.kompakt.bootstrap.seal;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SegmentSealTest {
  private final SealingKey key = new SealingKey(new byte[32]);
  private final SegmentSeal seal = new SegmentSeal(key);
  private final PayloadId payload = PayloadId.random();

  @Test
  void shouldOpenOnlyAsItselfWhenSealed() {
    // Given
    byte[] text = "tool output ".repeat(5_000).getBytes(StandardCharsets.UTF_8);

    // When
    byte[] sealed = seal.seal(payload, 3, text, text.length);

    // Then
    assertThat(sealed.length).isLessThan(text.length / 10);
    assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("tool output");
    assertThat(seal.open(payload, 3, sealed)).isEqualTo(text);
    assertThat(seal.open(payload, 4, sealed)).as("another segment's place").isNull();
    assertThat(seal.open(PayloadId.random(), 3, sealed)).as("another payload's place").isNull();
  }

  @Test
  void shouldFitItsRecordWhenASegmentCannotBeCompressed() {
    // Given
    byte[] noise = new byte[PayloadRef.SEGMENT_BYTES];
    new Random(25).nextBytes(noise);

    // When
    byte[] sealed = seal.seal(payload, 0, noise, noise.length);

    // Then
    assertThat(sealed.length).isLessThan(Topics.PAYLOADS.maxRecordBytes());
    assertThat(seal.open(payload, 0, sealed)).isEqualTo(noise);
  }

  @Test
  void shouldOpenNothingWhenASegmentWouldGrowBeyondItsSize() {
    // Given
    byte[] bomb = Zstd.compress(new byte[PayloadRef.SEGMENT_BYTES + 1]);
    byte[] cut = Zstd.compress(new byte[1000]);
    String place = Topics.PAYLOADS.name() + "|" + payload + "|0";

    // When
    byte[] grown = seal.open(payload, 0, key.seal(bomb, 0, bomb.length, place));
    byte[] broken =
        seal.open(
            payload, 0, key.seal(Arrays.copyOf(cut, cut.length - 2), 0, cut.length - 2, place));

    // Then
    assertThat(grown).isNull();
    assertThat(broken).isNull();
  }
}
