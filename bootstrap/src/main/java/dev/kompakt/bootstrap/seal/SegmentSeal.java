package dev.kompakt.bootstrap.seal;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;

/// Payload segments: compressed with zstd, then sealed, bound to topic, payload and number, so that
/// none can take another's place. Thread-safe.
public final class SegmentSeal {
  private static final int ZSTD_LEVEL = 1;

  private final SealingKey key;

  public SegmentSeal(SealingKey key) {
    this.key = key;
  }

  public byte[] seal(PayloadId payload, int segment, byte[] bytes, int length) {
    byte[] compressed = new byte[(int) Zstd.compressBound(length)];
    long size =
        Zstd.compressByteArray(compressed, 0, compressed.length, bytes, 0, length, ZSTD_LEVEL);
    if (Zstd.isError(size)) {
      throw new IllegalStateException("zstd: " + Zstd.getErrorName(size));
    }
    return key.seal(compressed, 0, (int) size, place(payload, segment));
  }

  /// The segment's bytes; null if it is not that segment or not sealed with this key.
  public byte @Nullable [] open(PayloadId payload, int segment, byte[] sealed) {
    byte[] compressed = key.open(sealed, place(payload, segment));
    if (compressed == null) {
      return null;
    }
    long size = Zstd.getFrameContentSize(compressed);
    if (size < 0 || size > PayloadRef.SEGMENT_BYTES) {
      return null;
    }
    try {
      return Zstd.decompress(compressed, (int) size);
    } catch (ZstdException e) {
      return null;
    }
  }

  private static String place(PayloadId payload, int segment) {
    return Topics.PAYLOADS.name() + "|" + payload + "|" + segment;
  }
}
