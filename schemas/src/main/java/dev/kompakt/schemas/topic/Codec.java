package dev.kompakt.schemas.topic;

/// Turns a key or value into a record's bytes and back. Implementations are thread-safe.
public interface Codec<T> {
  byte[] encode(T value);

  /// Reads a key or value back.
  ///
  /// @throws UnreadableRecordException if the bytes are not of a version this build reads
  T decode(byte[] bytes);
}
