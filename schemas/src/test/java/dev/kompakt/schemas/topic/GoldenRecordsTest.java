package dev.kompakt.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.kompakt.schemas.topic.Goldens.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class GoldenRecordsTest {
  private static final String BASE = "https://kompakt.dev/schemas/v1/";
  private static final SchemaRegistry SCHEMAS = schemas();

  static List<Golden> goldens() {
    return Goldens.all();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldValidateAgainstItsSchema(Golden golden) {
    assertThat(validate(golden.topic(), golden.tree())).as("%s", golden).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldReadAndWriteTheSame(Golden golden) {
    // When
    byte[] written = encode(golden.topic().values(), golden.decoded());

    // Then
    assertThat(Goldens.MAPPER.readTree(written)).isEqualTo(golden.tree());
    assertThat(written).as("fits its topic").hasSizeLessThan(golden.topic().maxRecordBytes());
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldIgnoreFieldsOfANewerMinorVersion(Golden golden) {
    // Given
    ObjectNode newer = golden.tree().deepCopy().asObject();
    newer.putObject("addedLater").put("some", "thing");

    // When
    Object decoded = golden.topic().values().decode(Goldens.MAPPER.writeValueAsBytes(newer));

    // Then
    assertThat(decoded).isEqualTo(golden.decoded());
    assertThat(validate(golden.topic(), newer)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldRefuseWhenAFieldIsMissingThatItsSchemaRequires(Golden golden) {
    for (String field : List.copyOf(golden.tree().propertyNames())) {
      // Given
      ObjectNode without = golden.tree().deepCopy().asObject();
      without.remove(field);
      ObjectNode nulled = golden.tree().deepCopy().asObject();
      nulled.putNull(field);
      boolean required = !validate(golden.topic(), without).isEmpty();

      // When, Then
      if (required) {
        assertUnreadable(golden, without, field);
        assertUnreadable(golden, nulled, field);
      } else {
        assertThat(golden.topic().values().decode(Goldens.MAPPER.writeValueAsBytes(without)))
            .as("%s without %s", golden, field)
            .isEqualTo(golden.topic().values().decode(Goldens.MAPPER.writeValueAsBytes(nulled)));
      }
    }
  }

  @Test
  void shouldHoldEveryVariantOfEverySealedType() {
    // Given
    Set<Class<?>> variants = new HashSet<>();
    for (Topic<?, ?> topic : Goldens.topics()) {
      if (topic.values() instanceof JsonCodec<?> codec) {
        collectVariants(codec.type(), new HashSet<>(), variants);
      }
    }

    // When
    Set<Class<?>> seen = new HashSet<>();
    for (Golden golden : Goldens.all()) {
      collectSeen(golden.decoded(), seen);
    }

    // Then
    assertThat(variants).hasSizeGreaterThan(25);
    assertThat(seen).containsAll(variants);
  }

  private static void assertUnreadable(Golden golden, JsonNode tree, String field) {
    assertThatThrownBy(() -> golden.topic().values().decode(Goldens.MAPPER.writeValueAsBytes(tree)))
        .as("%s without %s", golden, field)
        .isInstanceOf(UnreadableRecordException.class);
  }

  private static List<Error> validate(Topic<?, ?> topic, JsonNode tree) {
    Schema schema =
        SCHEMAS.getSchema(SchemaLocation.of(BASE + Goldens.shortName(topic) + ".schema.json"));
    return schema.validate(tree);
  }

  private static SchemaRegistry schemas() {
    Map<String, String> byId = new HashMap<>();
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/schemas"))) {
      for (Path file : files.toList()) {
        byId.put(BASE + file.getFileName(), Files.readString(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return SchemaRegistry.withDefaultDialect(
        SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(byId));
  }

  @SuppressWarnings("unchecked")
  private static <T> byte[] encode(Codec<T> codec, Object value) {
    return codec.encode((T) value);
  }

  private static void collectVariants(Class<?> type, Set<Class<?>> met, Set<Class<?>> variants) {
    if (!met.add(type)) {
      return;
    }
    if (type.isSealed()) {
      RecordTypes.variants(type)
          .forEach(
              variant -> {
                variants.add(variant);
                collectVariants(variant, met, variants);
              });
    } else if (type.isRecord()) {
      for (RecordComponent component : type.getRecordComponents()) {
        for (Class<?> part : RecordTypes.parts(component)) {
          collectVariants(part, met, variants);
        }
      }
    }
  }

  private static void collectSeen(Object value, Set<Class<?>> seen) {
    if (value instanceof List<?> list) {
      list.forEach(element -> collectSeen(element, seen));
    } else if (value.getClass().isRecord()) {
      seen.add(value.getClass());
      for (Object part : RecordTypes.values(value)) {
        collectSeen(part, seen);
      }
    }
  }
}
