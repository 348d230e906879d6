package dev.kompakt.router.state;

import dev.kompakt.router.decide.TimerKind;
import dev.kompakt.schemas.id.CompactionId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.utils.Bytes;

/// The key of a timer: due time first, so that the store holds timers in the order they are due.
public record TimerKey(Instant due, TimerKind timer, CompactionId compaction) {
  private static final int HEAD_BYTES = Long.BYTES + 1;

  public Bytes encode() {
    byte[] id = compaction.value().getBytes(StandardCharsets.US_ASCII);
    return Bytes.wrap(
        ByteBuffer.allocate(HEAD_BYTES + id.length)
            .putLong(millis(due))
            .put(timer.code())
            .put(id)
            .array());
  }

  public static TimerKey decode(Bytes key) {
    ByteBuffer bytes = ByteBuffer.wrap(key.get());
    Instant due = Instant.ofEpochMilli(bytes.getLong());
    TimerKind timer = TimerKind.of(bytes.get());
    byte[] id = new byte[bytes.remaining()];
    bytes.get(id);
    return new TimerKey(due, timer, new CompactionId(new String(id, StandardCharsets.US_ASCII)));
  }

  /// A key before every timer due at this time or later, and after every earlier one.
  public static Bytes bound(Instant due) {
    return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(millis(due)).array());
  }

  /// A timer never fires before its time: parts of a millisecond are rounded up.
  private static long millis(Instant due) {
    return Math.max(0, due.plusNanos(999_999).toEpochMilli());
  }
}
