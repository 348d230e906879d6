package dev.kompakt.router.state;

import java.util.Map;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/// The memory all RocksDB stores of a process share: one cache, of which write buffers take part.
/// Thread-safe; closed after the streams that use it.
public final class StoreMemory implements AutoCloseable {
  /// Where [BoundedRocksDb] finds it in the Streams config.
  public static final String CONFIG = "kompakt.store.memory";

  private final Cache cache;
  private final WriteBufferManager writeBuffers;

  /// Takes the memory.
  ///
  /// @param bytes for blocks, indexes, filters and write buffers of all stores together
  public StoreMemory(long bytes) {
    RocksDB.loadLibrary();
    cache = new LRUCache(bytes, -1, false, 0.1);
    writeBuffers = new WriteBufferManager(bytes / 2, cache);
  }

  static StoreMemory of(Map<String, Object> config) {
    if (config.get(CONFIG) instanceof StoreMemory memory) {
      return memory;
    }
    throw new IllegalStateException("the Streams config has no " + CONFIG);
  }

  Cache cache() {
    return cache;
  }

  WriteBufferManager writeBuffers() {
    return writeBuffers;
  }

  @Override
  public void close() {
    writeBuffers.close();
    cache.close();
  }
}
