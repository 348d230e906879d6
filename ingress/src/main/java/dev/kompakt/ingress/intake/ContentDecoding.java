package dev.kompakt.ingress.intake;

import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// Undoes a body's `Content-Encoding`, within limits.
public final class ContentDecoding {
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
    throw new UnsupportedOperationException("not yet");
  }
}
