package dev.kompakt.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.router.state.StoreMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsRunTest {
  private final StoreMemory memory = new StoreMemory(1 << 20);

  @TempDir Path directory;

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void shouldClearTheStateOfAnotherTopology() throws IOException {
    // Given
    boolean first = freshly("one");
    Path store = store();

    // When
    boolean same = freshly("one");

    // Then
    assertThat(first).isTrue();
    assertThat(same).isFalse();
    assertThat(store).isNotEmptyDirectory();

    // When
    boolean other = freshly("other");

    // Then
    assertThat(other).isTrue();
    assertThat(store).doesNotExist();
  }

  /// Makes a router that reads this topic, and ends it.
  ///
  /// @return whether it took the state for none of its own
  private boolean freshly(String topic) {
    StreamsRun run =
        StreamsRun.make(
            topology(topic),
            StreamsSettings.of(
                Map.of("bootstrap.servers", "127.0.0.1:1"), directory, 1, 1, memory));
    boolean fresh = run.fresh();
    assertThat(run.close(Duration.ofSeconds(10))).isTrue();
    return fresh;
  }

  private static Topology topology(String topic) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.table(
        topic,
        Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()).withName(topic),
        Materialized.as(Stores.persistentKeyValueStore("kept")));
    return builder.build();
  }

  /// What a task left behind.
  private Path store() throws IOException {
    Path store = directory.resolve(RouterGroup.ID).resolve("0_0").resolve("rocksdb");
    Files.writeString(Files.createDirectories(store).resolve("CURRENT"), "MANIFEST-000001");
    return store;
  }
}
