package dev.kompakt.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.router.state.StoreMemory;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StreamsSettingsTest {
  @Test
  void shouldDecideExactlyOnceWhateverTheConfigPassesThrough() {
    // Given
    Map<String, Object> passedThrough = Map.of("processing.guarantee", "at_least_once");

    // When
    Map<String, Object> settings;
    try (StoreMemory memory = new StoreMemory(1 << 20)) {
      settings = StreamsSettings.of(passedThrough, Path.of("state"), 1, 1, memory);
    }

    // Then
    assertThat(settings).containsEntry("processing.guarantee", "exactly_once_v2");
  }
}
