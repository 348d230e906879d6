package dev.kompakt.schemas.topic;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/// Keys as their plain UTF-8 text.
record TextCodec<T>(Function<T, String> write, Function<String, T> read) implements Codec<T> {
  @Override
  public byte[] encode(T value) {
    return write.apply(value).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public T decode(byte[] bytes) {
    try {
      return read.apply(new String(bytes, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new UnreadableRecordException("record key cannot be read");
    }
  }
}
