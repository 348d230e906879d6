package dev.kompakt.standalone.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path path;

  @Test
  void shouldLeaveNothingOfAWriteThatAKillCutShort() throws IOException {
    // Given
    Files.writeString(path.resolve("running.json.new"), "{\"pid\":1,\"start");

    // When
    try (DataDirectory taken = DataDirectory.take(path)) {
      taken.announce("127.0.0.1:9092", null, null);

      // Then
      assertThat(DataDirectory.running(path))
          .hasValueSatisfying(running -> assertThat(running.broker()).isEqualTo("127.0.0.1:9092"));
    }
    assertThat(path).isDirectoryNotContaining("glob:**.new");
  }
}
