package dev.kompakt.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CapturesTest {
  @Test
  void shouldListEveryRecording() throws IOException {
    // Given
    List<String> files;
    try (Stream<Path> all = Files.list(Path.of("src/main/resources/captures"))) {
      files =
          all.map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".json"))
              .map(name -> name.replace(".json", ""))
              .sorted()
              .toList();
    }

    // When
    List<String> names = Captures.names();

    // Then
    assertThat(names).isEqualTo(files);
  }

  @Test
  void shouldGiveBackTheRequestsThatCompact() {
    // When
    List<Capture> requests = Captures.compactions();

    // Then
    assertThat(requests).hasSize(13);
    for (Capture request : requests) {
      JsonNode body = new JsonMapper().readTree(request.body());
      boolean trigger = request.body().contains("compaction_trigger");
      assertThat(body.has("model")).as(request.name()).isTrue();
      assertThat(request.path())
          .as(request.name())
          .endsWith(trigger ? "/responses" : "/responses/compact");
      assertThat(request.body()).as(request.name()).doesNotContain("json string; parsed");
      assertThat(request.headers())
          .as(request.name())
          .noneMatch(header -> header.name().equalsIgnoreCase("content-length"));
    }
  }
}
