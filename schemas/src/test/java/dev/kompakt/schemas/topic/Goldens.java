package dev.kompakt.schemas.topic;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The committed example records of every version that must still be read.
final class Goldens {
  static final JsonMapper MAPPER = new JsonMapper();
  private static final Path ROOT = Path.of("src/test/resources/golden");

  private Goldens() {}

  /// One of them.
  record Golden(Topic<?, ?> topic, Path file, JsonNode tree) {
    /// As it lies on the topic.
    byte[] bytes() {
      return MAPPER.writeValueAsBytes(tree);
    }

    Object decoded() {
      return topic.values().decode(bytes());
    }

    @Override
    public String toString() {
      return ROOT.relativize(file).toString();
    }
  }

  /// The topics whose values are JSON.
  static List<Topic<?, ?>> topics() {
    return Topics.ALL.stream().filter(topic -> topic.values() instanceof JsonCodec<?>).toList();
  }

  /// The topic's name without `kompakt.`.
  static String shortName(Topic<?, ?> topic) {
    return topic.name().replace("kompakt.", "");
  }

  static List<Golden> all() {
    List<Golden> all = new ArrayList<>();
    for (Topic<?, ?> topic : topics()) {
      try (Stream<Path> files = Files.list(ROOT.resolve("v1").resolve(shortName(topic)))) {
        for (Path file : files.sorted().toList()) {
          all.add(new Golden(topic, file, MAPPER.readTree(Files.readAllBytes(file))));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }
}
