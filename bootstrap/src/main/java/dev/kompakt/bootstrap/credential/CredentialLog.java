package dev.kompakt.bootstrap.credential;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.CredentialEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/// The log as this process has read it, and the way to write to it. Thread-safe.
final class CredentialLog {
  private final ToLongFunction<CredentialEvent> writer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<AccountId, Known> accounts = new HashMap<>();
  private final Map<AccountId, Long> heldSince = new HashMap<>();
  private long readTo = -1;
  private boolean loaded;

  /// Makes one nothing was read of.
  ///
  /// @param writer writes a record and gives its offset, or throws
  ///   [dev.kompakt.bootstrap.kafka.NotWrittenException]
  CredentialLog(ToLongFunction<CredentialEvent> writer) {
    this.writer = writer;
  }

  /// Writes a record.
  ///
  /// @return its offset
  /// @throws dev.kompakt.bootstrap.kafka.NotWrittenException if it is not known to be written
  long write(CredentialEvent event) {
    return writer.applyAsLong(event);
  }

  /// A record was read.
  void read(long offset, CredentialEvent event) {
    lock.lock();
    try {
      Known before = known(event.account());
      Known now = before.after(offset, event);
      accounts.put(event.account(), now);
      if (now.held() != null && !now.held().equals(before.held())) {
        heldSince.put(event.account(), System.nanoTime());
      }
      readTo = Math.max(readTo, offset);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// All that was written before the start has been read.
  void loaded() {
    lock.lock();
    try {
      loaded = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isLoaded() {
    lock.lock();
    try {
      return loaded;
    } finally {
      lock.unlock();
    }
  }

  /// What was read of an account so far.
  Known known(AccountId account) {
    lock.lock();
    try {
      return accounts.getOrDefault(account, Known.NOTHING);
    } finally {
      lock.unlock();
    }
  }

  /// For how long this process has known the claim that holds; of no meaning if none does.
  Duration heldFor(AccountId account) {
    lock.lock();
    try {
      Long since = heldSince.get(account);
      return since == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
    } finally {
      lock.unlock();
    }
  }

  /// Waits until all that was written before the start has been read.
  ///
  /// @return whether it has
  boolean awaitLoaded(Duration atMost) throws InterruptedException {
    return await(() -> loaded, atMost);
  }

  /// Waits until the record at this offset has been read.
  ///
  /// @return whether it has
  boolean awaitRead(long offset, Duration atMost) throws InterruptedException {
    return await(() -> readTo >= offset, atMost);
  }

  /// Waits until more of an account has been read than up to this offset.
  void awaitMore(AccountId account, long newest, Duration atMost) throws InterruptedException {
    var _ = await(() -> known(account).newest() > newest, atMost);
  }

  private boolean await(BooleanSupplier holds, Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (!holds.getAsBoolean()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
