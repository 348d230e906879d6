package dev.kompakt.workers.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ReadAheadTest {
  private final MemoryPayloads payloads = new MemoryPayloads();
  private final PayloadRef ref = payloads.put("0123456789");

  @Test
  void shouldGiveWhatWasFetchedAheadOnceAndReadAgainAfter() throws IOException {
    // Given
    ReadAhead ahead = ReadAhead.begin(payloads, ref, 3);
    Awaitility.await().until(() -> payloads.opened() == 1);

    // When
    String first = read(ahead, new ByteRange(3, 7));
    int opened = payloads.opened();
    String second = read(ahead, new ByteRange(3, 7));

    // Then
    assertThat(first).isEqualTo("3456789");
    assertThat(opened).isEqualTo(1);
    assertThat(second).isEqualTo("3456789");
  }

  @Test
  void shouldReadAnythingElseAsIfNothingWereFetched() throws IOException {
    // Given
    PayloadRef other = payloads.put("abc");
    ReadAhead ahead = ReadAhead.begin(payloads, ref, 3);

    // Then
    assertThat(read(ahead, new ByteRange(4, 6))).isEqualTo("456789");
    assertThat(read(ahead, new ByteRange(3, 2))).isEqualTo("34");
    assertThat(read(ahead, new ByteRange(3, 7))).isEqualTo("3456789");
    assertThat(new String(ahead.open(other, other.whole()).readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("abc");
  }

  @Test
  void shouldMeetATroubleWhereItIsRead() throws IOException {
    // Given
    payloads.troubleReads(new IOException("no broker"));
    ReadAhead ahead = ReadAhead.begin(payloads, ref, 0);
    Awaitility.await().until(() -> payloads.opened() == 1);

    // Then
    assertThatThrownBy(() -> read(ahead, ref.whole())).hasMessage("no broker");
    payloads.troubleReads(null);
    assertThat(read(ahead, ref.whole())).isEqualTo("0123456789");
  }

  private String read(ReadAhead ahead, ByteRange range) throws IOException {
    return new String(ahead.open(ref, range).readAllBytes(), StandardCharsets.UTF_8);
  }
}
