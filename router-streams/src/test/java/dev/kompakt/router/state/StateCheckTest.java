package dev.kompakt.router.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

class StateCheckTest {
  @TempDir private Path tasks;

  @BeforeEach
  void makeTwoTasks() throws RocksDBException, IOException {
    RocksDB.loadLibrary();
    makeStore(tasks.resolve("0_0/rocksdb/states"));
    makeStore(tasks.resolve("0_0/rocksdb/timers"));
    makeStore(tasks.resolve("0_1/rocksdb/states"));
    Files.writeString(tasks.resolve("kafka-streams-process-metadata"), "{}");
  }

  /// With a second family, as those that Kafka Streams keeps offsets in.
  private static void makeStore(Path directory) throws RocksDBException, IOException {
    Files.createDirectories(directory);
    try (Options options = new Options().setCreateIfMissing(true);
        ColumnFamilyOptions family = new ColumnFamilyOptions();
        FlushOptions flush = new FlushOptions();
        RocksDB store = RocksDB.open(options, directory.toString());
        ColumnFamilyHandle second =
            store.createColumnFamily(new ColumnFamilyDescriptor(bytes("offsets"), family))) {
      store.put(bytes("key"), bytes("value"));
      store.put(second, bytes("key"), bytes("value"));
      store.flush(flush, List.of(store.getDefaultColumnFamily(), second));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Path file(Path store, String kind) throws IOException {
    try (Stream<Path> files = Files.list(store)) {
      return files
          .filter(file -> file.getFileName().toString().contains(kind))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void shouldLeaveWhatIsWhole() {
    // When
    StateCheck.deleteDamaged(tasks);

    // Then
    assertThat(tasks.resolve("0_0/rocksdb/states")).isNotEmptyDirectory();
    assertThat(tasks.resolve("0_1/rocksdb/states")).isNotEmptyDirectory();
    assertThat(tasks.resolve("kafka-streams-process-metadata")).exists();
  }

  @Test
  void shouldDoNothingWhereThereIsNoState() {
    // When
    StateCheck.deleteDamaged(tasks.resolve("none"));

    // Then
    assertThat(tasks.resolve("none")).doesNotExist();
  }

  /// A byte of a table's first block, of its footer, of the list of files.
  @ParameterizedTest
  @CsvSource({".sst, 8", ".sst, -8", "MANIFEST, 12", "CURRENT, 3"})
  void shouldDeleteTheTaskOfADamagedStore(String kind, int at) throws IOException {
    // Given
    Path file = file(tasks.resolve("0_0/rocksdb/timers"), kind);
    byte[] content = Files.readAllBytes(file);
    content[at < 0 ? content.length + at : at] ^= 0x55;
    Files.write(file, content);

    // When
    StateCheck.deleteDamaged(tasks);

    // Then
    assertThat(tasks.resolve("0_0")).doesNotExist();
    assertThat(tasks.resolve("0_1/rocksdb/states")).isNotEmptyDirectory();
  }
}
