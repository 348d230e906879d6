package dev.kompakt.bootstrap.payload;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.TopicWriter;
import dev.kompakt.bootstrap.seal.SegmentSeal;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.topic.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// Payloads on `kompakt.payloads`: written once, read by pointer. Thread-safe.
public final class PayloadStore implements AutoCloseable {
  private final TopicWriter<PayloadId, byte[]> writer;
  private final SegmentSeal seal;
  private final SegmentReaders readers;

  /// Makes a store that reads with at most `readers` consumers at once.
  public PayloadStore(KafkaClients clients, SegmentSeal seal, int readers) {
    writer = clients.writer(Topics.PAYLOADS);
    this.seal = seal;
    this.readers = new SegmentReaders(clients, readers);
  }

  /// A new payload to write.
  public PayloadWriter create() {
    return new PayloadWriter(seal, writer);
  }

  /// Writes a payload in one go and waits for its acks.
  ///
  /// @throws dev.kompakt.bootstrap.kafka.NotWrittenException if they do not come
  public PayloadRef put(byte[] bytes) {
    PayloadWriter payload = create();
    payload.write(bytes, 0, bytes.length);
    return payload.finish();
  }

  /// A stream of a part of a payload, fetched a segment at a time as it is read; holds no consumer
  /// between reads. For one thread at a time; blocks.
  ///
  /// Reads throw [PayloadLostException] if a segment is gone or cannot be opened, and `IOException`
  /// if Kafka does not answer in time.
  public InputStream open(PayloadRef ref, ByteRange range) {
    return new PayloadInputStream(ref, range, readers, seal);
  }

  /// A whole payload in memory.
  ///
  /// @param maxBytes the most it may have
  /// @throws IllegalArgumentException if it has more
  public byte[] read(PayloadRef ref, int maxBytes) {
    if (ref.bytes() > maxBytes) {
      throw new IllegalArgumentException(
          "payload " + ref.id() + " has " + ref.bytes() + " bytes, more than " + maxBytes);
    }
    try (InputStream in = open(ref, ref.whole())) {
      return in.readNBytes((int) ref.bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    readers.close();
  }
}
