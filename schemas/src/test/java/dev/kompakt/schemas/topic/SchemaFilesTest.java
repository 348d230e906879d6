package dev.kompakt.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Holds the schema files to the record types: same fields, same variants, same constants.
class SchemaFilesTest {
  private static final Path FILES = Path.of("src/main/resources/schemas");

  static List<Topic<?, ?>> topics() {
    return Goldens.topics();
  }

  @ParameterizedTest
  @MethodSource("topics")
  void shouldSayWhatTheRecordsAre(Topic<?, ?> topic) throws IOException {
    // Given
    String file = Goldens.shortName(topic) + ".schema.json";
    JsonNode schema = read(file);
    Class<?> type = topic.values() instanceof JsonCodec<?> codec ? codec.type() : Object.class;

    // When
    List<String> differences = new ArrayList<>();
    Comparison comparison = new Comparison(file, differences);
    if (type.isSealed()) {
      comparison.sealed(type, schema, type.getSimpleName());
    } else {
      comparison.fields(type, schema, type.getSimpleName(), Set.of("v"));
    }

    // Then
    assertThat(schema.path("$id").asString()).endsWith("/" + file);
    assertThat(schema.path("title").asString()).isEqualTo(topic.name());
    assertThat(differences).isEmpty();
  }

  private static JsonNode read(String file) throws IOException {
    return Goldens.MAPPER.readTree(Files.readAllBytes(FILES.resolve(file)));
  }

  /// Walks a type and its schema side by side.
  private record Comparison(String file, List<String> differences) {

    void any(Type type, JsonNode schema, String at) throws IOException {
      String ref = schema.path("$ref").asString("");
      if (!ref.isEmpty()) {
        int hash = ref.indexOf('#');
        String target = hash == 0 ? file : ref.substring(0, hash);
        new Comparison(target, differences).any(type, read(target).at(ref.substring(hash + 1)), at);
      } else if (type instanceof ParameterizedType list) {
        json("array", schema, at);
        any(list.getActualTypeArguments()[0], schema.path("items"), at + "[]");
      } else if (type instanceof Class<?> plain) {
        plain(plain, schema, at);
      }
    }

    private void plain(Class<?> type, JsonNode schema, String at) throws IOException {
      if (type.isSealed()) {
        sealed(type, schema, at);
      } else if (type.isEnum()) {
        Set<String> constants = new LinkedHashSet<>();
        schema.path("enum").forEach(constant -> constants.add(constant.asString()));
        same(
            constants,
            new LinkedHashSet<>(
                Arrays.stream(type.getEnumConstants()).map(Object::toString).toList()),
            at);
      } else if (type == Instant.class
          || type == LocalDate.class
          || type == Duration.class
          || type == String.class) {
        json("string", schema, at);
      } else if (type == boolean.class || type == Boolean.class) {
        json("boolean", schema, at);
      } else if (type == double.class) {
        json("number", schema, at);
      } else if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
        json("integer", schema, at);
      } else if (writtenAsText(type)) {
        json("string", schema, at);
      } else {
        json("object", schema, at);
        fields(type, schema, at, Set.of());
      }
    }

    void sealed(Class<?> type, JsonNode schema, String at) throws IOException {
      Set<String> named = new LinkedHashSet<>();
      for (JsonNode variant : schema.path("oneOf")) {
        JsonNode target = read(file).at(variant.path("$ref").asString().substring(1));
        String name = target.at("/properties/type/const").asString("?");
        named.add(name);
        for (Class<?> one : RecordTypes.variants(type).toList()) {
          if (name.equals(name(one))) {
            fields(one, target, at + "." + name, Set.of("type"));
          }
        }
      }
      same(
          named,
          new LinkedHashSet<>(RecordTypes.variants(type).map(Comparison::name).toList()),
          at);
    }

    void fields(Class<?> type, JsonNode schema, String at, Set<String> more) throws IOException {
      Set<String> all = new LinkedHashSet<>(more);
      Set<String> required = new LinkedHashSet<>(more);
      for (RecordComponent component : type.getRecordComponents()) {
        all.add(component.getName());
        if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
          required.add(component.getName());
        }
        any(
            component.getGenericType(),
            schema.path("properties").path(component.getName()),
            at + "." + component.getName());
      }
      same(new LinkedHashSet<>(schema.path("properties").propertyNames()), all, at);
      Set<String> stated = new LinkedHashSet<>();
      schema.path("required").forEach(name -> stated.add(name.asString()));
      same(stated, required, at + " required");
    }

    private void json(String expected, JsonNode schema, String at) {
      same(Set.of(schema.path("type").asString("?")), Set.of(expected), at);
    }

    private void same(Set<String> schema, Set<String> type, String at) {
      if (!schema.equals(type)) {
        differences.add(at + ": the schema says " + schema + ", the type " + type);
      }
    }

    private static String name(Class<?> variant) {
      JsonTypeName name = variant.getAnnotation(JsonTypeName.class);
      return name == null ? variant.getSimpleName() : name.value();
    }

    private static boolean writtenAsText(Class<?> type) {
      return Arrays.stream(type.getDeclaredMethods())
          .anyMatch(method -> method.isAnnotationPresent(JsonValue.class));
    }
  }
}
