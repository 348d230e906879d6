package dev.kompakt.router.state;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Options;

/// Lets every store live from the [StoreMemory] of its process. Kafka Streams makes one for each
/// store.
public final class BoundedRocksDb implements RocksDBConfigSetter {
  private static final long WRITE_BUFFER_BYTES = 1 << 20;

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    StoreMemory memory = StoreMemory.of(configs);
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(memory.cache());
    table.setCacheIndexAndFilterBlocks(true);
    table.setCacheIndexAndFilterBlocksWithHighPriority(true);
    table.setPinTopLevelIndexAndFilter(true);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(memory.writeBuffers());
    options.setWriteBufferSize(WRITE_BUFFER_BYTES);
    options.setMaxWriteBufferNumber(2);
  }

  @Override
  public void close(String storeName, Options options) {
    // what the stores share is closed with the process
  }
}
