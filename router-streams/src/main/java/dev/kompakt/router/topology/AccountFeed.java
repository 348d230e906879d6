package dev.kompakt.router.topology;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountStatus;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Hands what is published of accounts over to the stream tasks. Thread-safe. Of each account only
/// the newest word is kept, so that no reader who is slow or gone makes it grow.
public final class AccountFeed {
  private final Map<AccountId, AccountStatus> known = new ConcurrentHashMap<>();
  private final Set<Reader> readers = ConcurrentHashMap.newKeySet();

  /// Passes a status on; never blocks.
  public void publish(AccountStatus status) {
    known.put(status.account(), status);
    readers.forEach(reader -> reader.unread.put(status.account(), status));
  }

  /// A reader that begins with all that is known.
  Reader open() {
    Reader reader = new Reader();
    readers.add(reader);
    known.forEach(reader.unread::putIfAbsent);
    return reader;
  }

  /// What one task has not read yet.
  final class Reader implements AutoCloseable {
    private final Map<AccountId, AccountStatus> unread = new ConcurrentHashMap<>();

    /// Gives the newest status of each account that changed since the last time.
    void read(Consumer<AccountStatus> to) {
      unread.forEach(
          (account, status) -> {
            if (unread.remove(account, status)) {
              to.accept(status);
            }
          });
    }

    @Override
    public void close() {
      readers.remove(this);
    }
  }
}
