package dev.kompakt.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What [FakeUpstream] remembers of its calls. Thread-safe.
final class Ledger {
  private final boolean listed;
  private final long keepBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Call> calls = new ArrayList<>();
  private final List<Call> forgotten = new ArrayList<>();
  private final InFlight all = new InFlight();
  private final Map<String, InFlight> byAuthorization = new HashMap<>();
  private int count;
  private long kept;

  private static final class InFlight {
    private int now;
    private int most;

    void begin() {
      now++;
      most = Math.max(most, now);
    }
  }

  /// An empty one.
  ///
  /// @param listed whether calls are remembered one by one
  /// @param keepBytes memory for bodies
  Ledger(boolean listed, long keepBytes) {
    this.listed = listed;
    this.keepBytes = keepBytes;
  }

  Call begin(RequestHead head) {
    lock.lock();
    try {
      Call call = new Call(++count, head, Instant.now());
      if (listed) {
        calls.add(call);
      }
      all.begin();
      byAuthorization.computeIfAbsent(call.authorization(), name -> new InFlight()).begin();
      return call;
    } finally {
      lock.unlock();
    }
  }

  void received(Call call, Inspection seen, byte @Nullable [] body) {
    lock.lock();
    try {
      byte[] keep = null;
      if (body != null && kept + body.length <= keepBytes) {
        kept += body.length;
        keep = body;
      }
      call.received(seen, keep);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Notes how a call ended; only the first time counts.
  void end(Call call, int status, boolean whole) {
    lock.lock();
    try {
      if (call.ended().isEmpty()) {
        call.ended(new Call.Ended(Instant.now(), status, whole));
        all.now--;
        byAuthorization.computeIfAbsent(call.authorization(), name -> new InFlight()).now--;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  List<Call> calls() {
    lock.lock();
    try {
      return List.copyOf(calls);
    } finally {
      lock.unlock();
    }
  }

  List<Call> everyCall() {
    lock.lock();
    try {
      return Stream.concat(forgotten.stream(), calls.stream()).toList();
    } finally {
      lock.unlock();
    }
  }

  int count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  int maxInFlight() {
    lock.lock();
    try {
      return all.most;
    } finally {
      lock.unlock();
    }
  }

  int maxInFlight(String authorization) {
    lock.lock();
    try {
      InFlight some = byAuthorization.get(authorization);
      return some == null ? 0 : some.most;
    } finally {
      lock.unlock();
    }
  }

  /// Forgets the calls; those in flight still count as such.
  void reset() {
    lock.lock();
    try {
      calls.forEach(Call::dropBody);
      forgotten.addAll(calls);
      calls.clear();
      count = 0;
      kept = 0;
      all.most = all.now;
      byAuthorization.values().forEach(some -> some.most = some.now);
    } finally {
      lock.unlock();
    }
  }

  List<Call> await(Predicate<Call> what, int atLeast, Duration atMost, String verb) {
    long left = atMost.toNanos();
    lock.lock();
    try {
      while (calls.stream().filter(what).count() < atLeast) {
        if (left <= 0) {
          throw new AssertionError(
              "fewer than %d calls %s in %s: %s".formatted(atLeast, verb, atMost, calls));
        }
        left = changed.awaitNanos(left);
      }
      return List.copyOf(calls);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } finally {
      lock.unlock();
    }
  }
}
