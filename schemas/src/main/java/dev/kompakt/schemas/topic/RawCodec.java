package dev.kompakt.schemas.topic;

/// Values that are bytes already.
final class RawCodec implements Codec<byte[]> {
  @Override
  public byte[] encode(byte[] value) {
    return value;
  }

  @Override
  public byte[] decode(byte[] bytes) {
    return bytes;
  }
}
