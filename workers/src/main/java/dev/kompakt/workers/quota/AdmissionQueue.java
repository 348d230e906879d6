package dev.kompakt.workers.quota;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Attempts waiting for their account, first come first served for each account and the accounts in
/// turn. Attempts without an account have a line and a limit of their own.
public final class AdmissionQueue<T extends AdmissionQueue.Waiting> {
  /// Something that waits to start an attempt.
  public interface Waiting {
    AttemptId attempt();

    /// Whose quota it uses; null for none.
    @Nullable AccountId account();
  }

  private final int total;
  private final int local;
  private final ToIntFunction<AccountId> concurrency;
  private final LinkedHashMap<Optional<AccountId>, Deque<T>> lines = new LinkedHashMap<>();
  private final Map<Optional<AccountId>, AccountQuota> quotas = new HashMap<>();
  private int waiting;
  private int running;

  /// Makes an empty queue.
  ///
  /// @param total attempts with an account that run at once
  /// @param local attempts without one that run at once
  /// @param concurrency attempts of one account that run at once
  public AdmissionQueue(int total, int local, ToIntFunction<AccountId> concurrency) {
    this.total = total;
    this.local = local;
    this.concurrency = concurrency;
  }

  public void add(T item) {
    lines.computeIfAbsent(key(item), k -> new ArrayDeque<>()).addLast(item);
    waiting++;
  }

  /// Takes the next one that may start now, and counts it as running until [#ended]; null if none
  /// may.
  public @Nullable T next(Instant now) {
    for (Iterator<Map.Entry<Optional<AccountId>, Deque<T>>> i = lines.entrySet().iterator();
        i.hasNext(); ) {
      Map.Entry<Optional<AccountId>, Deque<T>> line = i.next();
      if (line.getKey().isPresent() && running >= total) {
        continue;
      }
      T first = line.getValue().getFirst();
      AccountQuota quota = quota(line.getKey());
      switch (quota.mayStart(first.attempt(), now)) {
        case Admission.Wait _ -> {}
        case Admission.Start() -> {
          Optional<AccountId> key = line.getKey();
          Deque<T> others = line.getValue();
          i.remove();
          others.removeFirst();
          if (!others.isEmpty()) {
            lines.put(key, others);
          }
          quota.start(first.attempt());
          waiting--;
          running += key.isPresent() ? 1 : 0;
          return first;
        }
      }
    }
    return null;
  }

  /// One that [#next] gave has ended.
  public void ended(T item) {
    Optional<AccountId> key = key(item);
    quota(key).end(item.attempt());
    running -= key.isPresent() ? 1 : 0;
    forgetUnused(key);
  }

  /// Takes out those that no longer wait.
  public List<T> remove(Predicate<T> which) {
    List<T> removed = new ArrayList<>();
    lines
        .values()
        .removeIf(
            line -> {
              line.removeIf(
                  item -> {
                    boolean out = which.test(item);
                    if (out) {
                      removed.add(item);
                    }
                    return out;
                  });
              return line.isEmpty();
            });
    waiting -= removed.size();
    return removed;
  }

  /// An attempt may be running at a former owner of its lane, at most until then.
  public void runsElsewhere(AccountId account, AttemptId attempt, Instant until) {
    quota(Optional.of(account)).runsElsewhere(attempt, until);
  }

  /// An attempt no longer runs at a former owner.
  public void endsElsewhere(AccountId account, AttemptId attempt) {
    Optional<AccountId> key = Optional.of(account);
    quota(key).endsElsewhere(attempt);
    forgetUnused(key);
  }

  public int waiting() {
    return waiting;
  }

  /// Attempts running, those without an account included.
  public int running() {
    return quotas.values().stream().mapToInt(AccountQuota::running).sum();
  }

  private Optional<AccountId> key(T item) {
    return Optional.ofNullable(item.account());
  }

  private AccountQuota quota(Optional<AccountId> key) {
    return quotas.computeIfAbsent(
        key, k -> new AccountQuota(k.map(concurrency::applyAsInt).orElse(local)));
  }

  private void forgetUnused(Optional<AccountId> key) {
    if (quota(key).unused()) {
      quotas.remove(key);
    }
  }
}
