package dev.kompakt.router.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads a router's stores whole before they are used, and deletes what is damaged, so that it is
/// restored from its changelog. Kafka Streams does neither: a store that it cannot open stops it at
/// every start, and where a range is damaged it ends early, as if there were no more timers.
public final class StateCheck {
  private static final Logger LOG = LoggerFactory.getLogger(StateCheck.class);
  private static final String STORES = "rocksdb";

  private StateCheck() {}

  /// Deletes the directories of tasks that have a damaged store. For a directory that this process
  /// has locked and does not use yet.
  ///
  /// @param application directory of the tasks; need not be there
  /// @throws UncheckedIOException if it cannot be listed or deleted
  public static void deleteDamaged(Path application) {
    RocksDB.loadLibrary();
    for (Path task : list(application)) {
      for (Path store : list(task.resolve(STORES))) {
        String damage = damage(store);
        if (damage != null) {
          LOG.atError()
              .addKeyValue("task", task.getFileName())
              .addKeyValue("store", store.getFileName())
              .addKeyValue("damage", damage)
              .log("a store is damaged: its task's state is deleted and restored from the brokers");
          delete(task);
          break;
        }
      }
    }
  }

  private static @Nullable String damage(Path store) {
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (Options some = new Options();
        DBOptions options = new DBOptions();
        ColumnFamilyOptions family = new ColumnFamilyOptions()) {
      List<ColumnFamilyDescriptor> families =
          RocksDB.listColumnFamilies(some, store.toString()).stream()
              .map(name -> new ColumnFamilyDescriptor(name, family))
              .toList();
      if (families.isEmpty()) {
        return "its list of files cannot be read";
      }
      try (RocksDB opened = RocksDB.openReadOnly(options, store.toString(), families, handles)) {
        opened.verifyChecksum();
        return null;
      } finally {
        handles.forEach(ColumnFamilyHandle::close);
      }
    } catch (RocksDBException e) {
      return e.getMessage();
    }
  }

  private static List<Path> list(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(Files::isDirectory).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> entries = Files.walk(directory)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
