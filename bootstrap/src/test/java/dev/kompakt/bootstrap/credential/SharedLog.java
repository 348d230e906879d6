package dev.kompakt.bootstrap.credential;

import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.schemas.record.CredentialEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// One partition in memory: every process reads its records in order, each with a lag of its own.
final class SharedLog {
  private final List<CredentialEvent> records = new ArrayList<>();
  private final List<BlockingQueue<Long>> readers = new ArrayList<>();
  private final Random random;
  private int failures;

  SharedLog(long seed) {
    random = new Random(seed);
  }

  /// The next writes are not acknowledged, and lost.
  synchronized void failWrites(int count) {
    failures = count;
  }

  synchronized List<CredentialEvent> records() {
    return List.copyOf(records);
  }

  /// A process that begins to read now.
  synchronized CredentialLog process() {
    CredentialLog log = new CredentialLog(this::write);
    BlockingQueue<Long> unread = new LinkedBlockingQueue<>();
    for (long offset = 0; offset < records.size(); offset++) {
      unread.add(offset);
    }
    long loadedAt = records.size();
    readers.add(unread);
    Random lag = new Random(random.nextLong());
    Thread.ofVirtual().start(() -> deliver(log, unread, loadedAt, lag));
    return log;
  }

  private void deliver(CredentialLog log, BlockingQueue<Long> unread, long loadedAt, Random lag) {
    try {
      if (loadedAt == 0) {
        log.loaded();
      }
      while (true) {
        long offset = unread.take();
        if (lag.nextInt(4) == 0) {
          Thread.sleep(lag.nextInt(5));
        }
        log.read(offset, at(offset));
        if (offset + 1 == loadedAt) {
          log.loaded();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized CredentialEvent at(long offset) {
    return records.get((int) offset);
  }

  private synchronized long write(CredentialEvent event) {
    if (failures > 0) {
      failures--;
      throw new NotWrittenException(null);
    }
    records.add(event);
    long offset = records.size() - 1L;
    readers.forEach(reader -> reader.add(offset));
    return offset;
  }
}
