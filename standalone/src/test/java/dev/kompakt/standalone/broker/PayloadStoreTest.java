package dev.kompakt.standalone.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.payload.PayloadLostException;
import dev.kompakt.bootstrap.payload.PayloadStore;
import dev.kompakt.bootstrap.payload.PayloadWriter;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.bootstrap.seal.SegmentSeal;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.topic.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PayloadStoreTest {
  private static final int SEGMENT = PayloadRef.SEGMENT_BYTES;
  private static final long SEED = Long.getLong("kompakt.seed", System.nanoTime() & 0xffff_ffffL);

  private final KafkaClients clients = TestBroker.clients("payload-test");
  private final PayloadStore store = store(new byte[32]);
  private final Random random = new Random(SEED);

  @AfterEach
  void close() {
    store.close();
    clients.close();
  }

  @Test
  void shouldGiveBackWhatWasWrittenWhenItIsEmptySmallOrManySegments() {
    for (int length : new int[] {0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 5 * SEGMENT + 17}) {
      // Given
      byte[] bytes = noise(length);

      // When
      PayloadRef ref = store.put(bytes);

      // Then
      assertThat(ref.bytes()).isEqualTo(length);
      assertThat(ref.offsets()).hasSize((length + SEGMENT - 1) / SEGMENT);
      assertThat(store.read(ref, length)).as("seed %s, %s bytes", SEED, length).isEqualTo(bytes);
    }
  }

  @Test
  void shouldGiveAnyRangeWhenItBeginsAndEndsAnywhere() throws IOException {
    // Given
    byte[] bytes = noise(3 * SEGMENT + 1000);
    PayloadRef ref = store.put(bytes);

    for (int i = 0; i < 20; i++) {
      int from = random.nextInt(bytes.length);
      int length = random.nextInt(bytes.length - from + 1);

      // When
      byte[] read;
      try (InputStream in = store.open(ref, new ByteRange(from, length))) {
        read = in.readAllBytes();
      }

      // Then
      assertThat(read)
          .as("seed %s, range %s+%s", SEED, from, length)
          .isEqualTo(Arrays.copyOfRange(bytes, from, from + length));
    }
  }

  @Test
  void shouldCountWhatIsWrittenWhenItComesInPieces() {
    // Given
    PayloadWriter writer = store.create();
    byte[] piece = noise(70_000);

    // When
    IntStream.range(0, 30).forEach(_ -> writer.write(piece, 0, piece.length));
    writer.write('x');
    long written = writer.written();
    PayloadRef ref = writer.finish();

    // Then
    assertThat(written).isEqualTo(30L * piece.length + 1);
    assertThat(ref.bytes()).isEqualTo(written);
    assertThat(store.read(ref, (int) written)).endsWith('x');
  }

  @Test
  void shouldRefuseWhenARangeOrAReadIsLargerThanItMayBe() {
    // Given
    PayloadRef ref = store.put(noise(100));

    // When
    var range = assertThatThrownBy(() -> store.open(ref, new ByteRange(50, 51)));
    var whole = assertThatThrownBy(() -> store.read(ref, 99));

    // Then
    range.isInstanceOf(IllegalArgumentException.class).hasMessageContaining("is beyond payload");
    whole.isInstanceOf(IllegalArgumentException.class).hasMessageContaining("more than 99");
  }

  @Test
  void shouldCallAPayloadLostWhenItsSegmentsArePastTheirRetention() throws Exception {
    // Given
    PayloadRef ref = store.put(noise(SEGMENT + 1));
    try (Admin admin = clients.admin()) {
      TopicPartition partition = new TopicPartition(Topics.PAYLOADS.name(), ref.partition());
      admin
          .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(ref.offsets().getLast())))
          .all()
          .get();
    }

    // When
    var read = assertThatThrownBy(() -> store.read(ref, SEGMENT + 1));

    // Then
    read.isInstanceOf(PayloadLostException.class).hasMessageContaining(ref.id().value());
    try (InputStream last = store.open(ref, new ByteRange(SEGMENT, 1))) {
      assertThat(last.readAllBytes()).hasSize(1);
    }
  }

  @Test
  void shouldCallAPayloadLostWhenASegmentIsNotTheOneThatWasWritten() {
    // Given
    PayloadRef ref = store.put(noise(2 * SEGMENT));
    PayloadRef swapped =
        new PayloadRef(ref.id(), ref.partition(), ref.offsets().reversed(), ref.bytes());
    RecordMetadata forged =
        clients.writer(Topics.PAYLOADS).sendAndWait(ref.id(), new byte[] {1, 2, 3});
    PayloadRef tampered =
        new PayloadRef(ref.id(), forged.partition(), List.of(forged.offset()), 10);
    PayloadRef shortened =
        new PayloadRef(ref.id(), ref.partition(), List.of(ref.offsets().getFirst()), SEGMENT - 1);

    // When
    var swap = assertThatThrownBy(() -> store.read(swapped, 2 * SEGMENT));
    var tamper = assertThatThrownBy(() -> store.read(tampered, 10));
    var cut = assertThatThrownBy(() -> store.read(shortened, SEGMENT));
    var foreign =
        assertThatThrownBy(
            () -> {
              try (PayloadStore other = store(noise(32))) {
                other.read(ref, 2 * SEGMENT);
              }
            });

    // Then
    swap.isInstanceOf(PayloadLostException.class);
    tamper.isInstanceOf(PayloadLostException.class);
    cut.isInstanceOf(PayloadLostException.class);
    foreign.isInstanceOf(PayloadLostException.class).hasMessageContaining("sealing key");
  }

  private PayloadStore store(byte[] key) {
    return new PayloadStore(clients, new SegmentSeal(new SealingKey(key)), 2);
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
