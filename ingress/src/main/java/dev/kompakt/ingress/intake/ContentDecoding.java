package dev.kompakt.ingress.intake;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.kompakt.bootstrap.stream.BlockStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Undoes a body's `Content-Encoding`, within limits.
public final class ContentDecoding {
  /// Decoded bytes up to which any compression ratio is believed.
  static final long RATIO_FREE_BYTES = 10 * 1024 * 1024;

  /// The most decoded bytes for one encoded byte, from [#RATIO_FREE_BYTES] on.
  static final long MAX_RATIO = 1_000;

  /// The largest zstd window accepted, 8 MiB: what RFC 9659 allows for `Content-Encoding`.
  private static final int ZSTD_WINDOW_LOG = 23;

  private ContentDecoding() {}

  /// The decoded body. Reading throws [BodyRejected] when the body is larger than `maxBytes`,
  /// encoded or decoded, when it unpacks suspiciously far, or when its frames are broken; what the
  /// raw stream throws comes through unchanged. Closing frees the decoder and leaves the raw stream
  /// to its owner.
  ///
  /// @param contentEncoding the header's value, null if there is none
  /// @param maxBytes the most bytes accepted, encoded or decoded
  /// @throws BodyRejected with status 415 for an encoding other than identity, gzip, x-gzip, zstd
  public static InputStream decode(InputStream raw, @Nullable String contentEncoding, long maxBytes)
      throws BodyRejected {
    EncodedBytes encoded = new EncodedBytes(raw, maxBytes);
    String encoding =
        contentEncoding == null ? "" : contentEncoding.strip().toLowerCase(Locale.ROOT);
    return switch (encoding) {
      case "", "identity" -> encoded;
      case "gzip", "x-gzip" ->
          new DecodedBytes("gzip", encoded, new GzipMembers(encoded), maxBytes);
      case "zstd" -> new DecodedBytes("zstd", encoded, zstd(encoded), maxBytes);
      default ->
          throw new BodyRejected(
              415,
              "unsupported_content_encoding",
              null,
              "The body's Content-Encoding is not supported: send it as it is, or encoded once"
                  + " with gzip or zstd.");
    };
  }

  private static InputStream zstd(InputStream encoded) {
    try {
      ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(encoded);
      zstd.setLongMax(ZSTD_WINDOW_LOG);
      return zstd;
    } catch (IOException e) {
      throw new UncheckedIOException("no zstd decoder could be made", e);
    }
  }

  private static BodyRejected tooLarge(long maxBytes) {
    return BodyRejected.tooLarge(
        "request_too_large", null, "The body is larger than the " + maxBytes + " bytes accepted.");
  }

  /// The raw stream, counted. It remembers its own failure, because decoders hide who failed.
  private static final class EncodedBytes extends BlockStream {
    private final InputStream raw;
    private final long maxBytes;
    private long count;
    private @Nullable IOException failure;

    EncodedBytes(InputStream raw, long maxBytes) {
      this.raw = raw;
      this.maxBytes = maxBytes;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      try {
        int read = raw.read(into, offset, length);
        count += Math.max(0, read);
        if (count > maxBytes) {
          throw tooLarge(maxBytes);
        }
        return read;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }

  /// What a decoder makes of the raw stream, counted.
  private static final class DecodedBytes extends BlockStream {
    private final String name;
    private final EncodedBytes encoded;
    private final InputStream decoder;
    private final long maxBytes;
    private long count;

    DecodedBytes(String name, EncodedBytes encoded, InputStream decoder, long maxBytes) {
      this.name = name;
      this.encoded = encoded;
      this.decoder = decoder;
      this.maxBytes = maxBytes;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = decoded(into, offset, length);
      count += Math.max(0, read);
      if (count > maxBytes) {
        throw tooLarge(maxBytes);
      }
      if (count > RATIO_FREE_BYTES && count / MAX_RATIO > encoded.count) {
        throw BodyRejected.tooLarge(
            "compression_ratio_exceeded",
            null,
            "The body unpacks to more than " + MAX_RATIO + " times its encoded size.");
      }
      return read;
    }

    private int decoded(byte[] into, int offset, int length) throws IOException {
      try {
        return decoder.read(into, offset, length);
      } catch (IOException e) {
        if (encoded.failure != null) {
          throw encoded.failure;
        }
        throw BodyRejected.invalid(
            "invalid_content_encoding",
            null,
            "The body is not complete and valid "
                + name
                + ": decoding failed after "
                + count
                + " decoded bytes.");
      }
    }

    @Override
    public void close() throws IOException {
      decoder.close();
    }
  }
}
