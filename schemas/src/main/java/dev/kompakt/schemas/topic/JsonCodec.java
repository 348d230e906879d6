package dev.kompakt.schemas.topic;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedConstructor;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/// JSON values with their major version in front: `{"v":1,…}`. Unknown fields are ignored, so that
/// a newer minor version can be read; another major version is refused, and so is a record that
/// lacks a field not marked `@Nullable`.
public final class JsonCodec<T> implements Codec<T> {
  /// The one mapper for records: nulls left out, instants as ISO-8601 text.
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .annotationIntrospector(new Components())
          .addModule(new SimpleModule().addDeserializer(Instant.class, new InstantReader()))
          .changeDefaultPropertyInclusion(i -> i.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  /// Asks for every record component that is not `@Nullable`.
  private static final class Components extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
      return needed(member) ? Boolean.TRUE : super.hasRequiredMarker(config, member);
    }

    @Override
    public JsonSetter.Value findSetterInfo(MapperConfig<?> config, Annotated annotated) {
      return needed(annotated)
          ? JsonSetter.Value.forValueNulls(Nulls.FAIL)
          : super.findSetterInfo(config, annotated);
    }

    private static boolean needed(Annotated annotated) {
      return annotated instanceof AnnotatedParameter parameter
          && parameter.getOwner() instanceof AnnotatedConstructor
          && parameter.getDeclaringClass().isRecord()
          && !parameter
              .getDeclaringClass()
              .getRecordComponents()[parameter.getIndex()]
              .getAnnotatedType()
              .isAnnotationPresent(Nullable.class);
    }
  }

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

  /// What it reads and writes.
  public Class<T> type() {
    return type;
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
