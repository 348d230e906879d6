package dev.kompakt.schemas.topic;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/// JSON values with their major version in front: `{"v":1,…}`. Unknown fields are ignored, so that
/// a newer minor version can be read; another major version is refused.
public final class JsonCodec<T> implements Codec<T> {
  /// The one mapper for records: nulls left out, instants as ISO-8601 text.
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .changeDefaultPropertyInclusion(i -> i.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  /// The major version this build writes and reads.
  public static final int VERSION = 1;

  private static final byte[] PREFIX =
      ("{\"v\":" + VERSION + ",").getBytes(StandardCharsets.US_ASCII);

  private final Class<T> type;
  private final ObjectWriter writer;
  private final ObjectReader reader;

  public JsonCodec(Class<T> type) {
    this.type = type;
    writer = MAPPER.writerFor(type);
    reader = MAPPER.readerFor(type);
  }

  @Override
  public byte[] encode(T value) {
    byte[] json = writer.writeValueAsBytes(value);
    byte[] bytes = Arrays.copyOf(PREFIX, PREFIX.length + json.length - 1);
    System.arraycopy(json, 1, bytes, PREFIX.length, json.length - 1);
    return bytes;
  }

  @Override
  public T decode(byte[] bytes) {
    if (bytes.length < PREFIX.length
        || !Arrays.equals(bytes, 0, PREFIX.length, PREFIX, 0, PREFIX.length)) {
      throw new UnreadableRecordException(
          type.getSimpleName() + " record is not of version " + VERSION);
    }
    try {
      return reader.readValue(bytes);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new UnreadableRecordException(
          type.getSimpleName() + " record is broken (" + e.getClass().getSimpleName() + ")");
    }
  }
}
