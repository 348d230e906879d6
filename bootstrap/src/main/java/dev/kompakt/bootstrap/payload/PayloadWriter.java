package dev.kompakt.bootstrap.payload;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.bootstrap.kafka.TopicWriter;
import dev.kompakt.bootstrap.seal.SegmentSeal;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.topic.Topics;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.RecordMetadata;

/// Writes one payload. At most [#IN_FLIGHT] segments are unacknowledged; then writing waits.
/// Nothing refers to a payload until [#finish] has returned, so one that is given up is just left
/// behind. For one thread.
public final class PayloadWriter extends OutputStream {
  private static final int IN_FLIGHT = 3;
  private static final int FIRST_BUFFER_BYTES = 16 * 1024;

  private final PayloadId id = PayloadId.random();
  private final SegmentSeal seal;
  private final TopicWriter<PayloadId, byte[]> topic;
  private final ArrayDeque<CompletableFuture<RecordMetadata>> unacked = new ArrayDeque<>();
  private final List<Long> offsets = new ArrayList<>();
  private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
  private int filled;
  private int segments;
  private long bytes;
  private int partition;

  PayloadWriter(SegmentSeal seal, TopicWriter<PayloadId, byte[]> topic) {
    this.seal = seal;
    this.topic = topic;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) {
    int at = offset;
    int left = length;
    while (left > 0) {
      if (filled == PayloadRef.SEGMENT_BYTES) {
        send();
      }
      int n = Math.min(left, PayloadRef.SEGMENT_BYTES - filled);
      if (filled + n > buffer.length) {
        buffer =
            Arrays.copyOf(
                buffer,
                Math.min(PayloadRef.SEGMENT_BYTES, Math.max(filled + n, buffer.length * 4)));
      }
      System.arraycopy(from, at, buffer, filled, n);
      filled += n;
      at += n;
      left -= n;
    }
  }

  /// Bytes written so far.
  public long written() {
    return bytes + filled;
  }

  /// Waits until every segment is acknowledged.
  ///
  /// @throws dev.kompakt.bootstrap.kafka.NotWrittenException if one is not
  public PayloadRef finish() {
    if (filled > 0) {
      send();
    }
    while (!unacked.isEmpty()) {
      settle();
    }
    return new PayloadRef(id, partition, offsets, bytes);
  }

  private void send() {
    if (unacked.size() == IN_FLIGHT) {
      settle();
    }
    unacked.add(topic.send(id, seal.seal(id, segments, buffer, filled)));
    CrashPoint.SEGMENT_SENT.pass();
    segments++;
    bytes += filled;
    filled = 0;
  }

  private void settle() {
    RecordMetadata metadata = TopicWriter.await(unacked.remove());
    if (!offsets.isEmpty() && metadata.partition() != partition) {
      throw new NotWrittenException(
          new IllegalStateException("the partitions of " + Topics.PAYLOADS.name() + " changed"));
    }
    partition = metadata.partition();
    offsets.add(metadata.offset());
  }
}
