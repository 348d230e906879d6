package dev.kompakt.workers.quota;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import java.time.Duration;
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
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Attempts waiting for their account, first come first served for each account and the accounts in
/// turn. Attempts without an account have a line and a limit of their own. Thread-safe.
public final class AdmissionQueue<T extends AdmissionQueue.Waiting> {
  /// How long an attempt waits, or is to wait, before it is better sent elsewhere: long enough that
  /// a line outlasts the way to the router and back, short against a call.
  static final Duration PATIENCE = Duration.ofSeconds(5);

  /// Something that waits to start an attempt.
  public interface Waiting {
    AttemptId attempt();

    /// Whose quota it uses; null for none.
    @Nullable AccountId account();

    /// Tokens of its call, as estimated.
    long tokens();

    /// Whether it waits however long that takes.
    boolean stays();
  }

  /// One that waits no longer.
  ///
  /// @param until when its account may have room; null if that is not known
  public record TurnedAway<T>(T item, @Nullable Instant until) {}

  private record Place<T>(T item, Instant since) {}

  private final int total;
  private final Limits local;
  private final Function<AccountId, Limits> limits;
  private final LinkedHashMap<Optional<AccountId>, Deque<Place<T>>> lines = new LinkedHashMap<>();
  private final Map<Optional<AccountId>, AccountQuota> quotas = new HashMap<>();
  private int waiting;
  private int running;

  /// Makes an empty queue.
  ///
  /// @param total attempts with an account that run at once
  /// @param local attempts without one that run at once
  /// @param limits of an account
  public AdmissionQueue(int total, int local, Function<AccountId, Limits> limits) {
    this.total = total;
    this.local = Limits.of(local);
    this.limits = limits;
  }

  public synchronized void add(T item, Instant now) {
    lines.computeIfAbsent(key(item), k -> new ArrayDeque<>()).addLast(new Place<>(item, now));
    waiting++;
  }

  /// Takes the next one that may start now, and counts it as running until [#ended]; null if none
  /// may.
  public synchronized @Nullable T next(Instant now) {
    for (Iterator<Map.Entry<Optional<AccountId>, Deque<Place<T>>>> i = lines.entrySet().iterator();
        i.hasNext(); ) {
      Map.Entry<Optional<AccountId>, Deque<Place<T>>> line = i.next();
      if (line.getKey().isPresent() && running >= total) {
        continue;
      }
      T first = line.getValue().getFirst().item();
      switch (admission(first, now)) {
        case Admission.Wait _ -> {}
        case Admission.Start() -> {
          Optional<AccountId> key = line.getKey();
          Deque<Place<T>> others = line.getValue();
          i.remove();
          others.removeFirst();
          if (!others.isEmpty()) {
            lines.put(key, others);
          }
          quota(key).start(first.attempt(), first.tokens());
          waiting--;
          running += key.isPresent() ? 1 : 0;
          return first;
        }
      }
    }
    return null;
  }

  /// The earliest moment at which one may start that may not now; null if none is known.
  public synchronized @Nullable Instant wakeAt(Instant now) {
    Instant earliest = null;
    for (Deque<Place<T>> line : lines.values()) {
      if (admission(line.getFirst().item(), now) instanceof Admission.Wait(_, Instant until)
          && until != null
          && (earliest == null || until.isBefore(earliest))) {
        earliest = until;
      }
    }
    return earliest;
  }

  private Admission admission(T item, Instant now) {
    return quota(key(item)).mayStart(item.attempt(), item.tokens(), now);
  }

  /// Takes out those that their account cannot take soon, and forgets accounts that are not in use.
  /// One that could never start goes too, even if it is to stay.
  public synchronized List<TurnedAway<T>> turnAway(Instant now) {
    List<TurnedAway<T>> away = new ArrayList<>();
    for (Map.Entry<Optional<AccountId>, Deque<Place<T>>> line : lines.entrySet()) {
      if (line.getKey().isPresent()) {
        turnAway(line.getValue(), quota(line.getKey()), now, away);
      }
    }
    lines.values().removeIf(Deque::isEmpty);
    waiting -= away.size();
    quotas.values().forEach(quota -> quota.advance(now));
    quotas.values().removeIf(AccountQuota::unused);
    return away;
  }

  private void turnAway(
      Deque<Place<T>> line, AccountQuota quota, Instant now, List<TurnedAway<T>> away) {
    quota.advance(now);
    Window.Room soon = quota.window().roomAt(now.plus(PATIENCE));
    long requests = 0;
    long tokens = 0;
    boolean full = false;
    Instant until = null;
    for (Iterator<Place<T>> i = line.iterator(); i.hasNext(); ) {
      Place<T> place = i.next();
      T item = place.item();
      long counted = quota.counted(item.tokens());
      boolean fits = quota.fits(item.tokens());
      boolean room = soon.holds(requests + 1, tokens + counted);
      boolean waited = !place.since().plus(PATIENCE).isAfter(now);
      if (fits && (item.stays() || quota.runsHere(item.attempt()) || (room && !waited))) {
        requests++;
        tokens += counted;
        continue;
      }
      if (fits && !room && !full) {
        full = true;
        until = quota.window().roomFor(requests + 1, tokens + counted);
      }
      i.remove();
      away.add(new TurnedAway<>(item, fits && !room ? until : null));
    }
  }

  /// A running one's call is of so many tokens, as estimated now.
  ///
  /// @return whether it may be made
  public synchronized boolean sized(T item, long tokens, Instant now) {
    return quota(key(item)).sized(item.attempt(), tokens, now);
  }

  /// A running one's call was refused for what it carried, and is to be made once more.
  ///
  /// @return whether its account has room for that too
  public synchronized boolean again(T item, Instant now) {
    return quota(key(item)).again(item.attempt(), now);
  }

  /// A running one's request has been handed to the network.
  public synchronized void sent(T item, Instant now) {
    quota(key(item)).sent(item.attempt(), now);
  }

  /// A running one's call has ended.
  public synchronized void over(T item, Spent spent, Instant now) {
    quota(key(item)).over(item.attempt(), spent, now);
  }

  /// One that [#next] gave has ended.
  public synchronized void ended(T item, Instant now) {
    Optional<AccountId> key = key(item);
    quota(key).end(item.attempt(), now);
    running -= key.isPresent() ? 1 : 0;
  }

  /// Takes out those that no longer wait.
  public synchronized List<T> remove(Predicate<T> which) {
    List<T> removed = new ArrayList<>();
    lines
        .values()
        .removeIf(
            line -> {
              line.removeIf(
                  place -> {
                    boolean out = which.test(place.item());
                    if (out) {
                      removed.add(place.item());
                    }
                    return out;
                  });
              return line.isEmpty();
            });
    waiting -= removed.size();
    return removed;
  }

  /// An attempt may be running at a former owner of its lane, at most until then by its clock.
  public synchronized void runsElsewhere(
      AccountId account, AttemptId attempt, long tokens, Instant until) {
    quota(Optional.of(account)).runsElsewhere(attempt, tokens, until.plus(AccountQuota.MARGIN));
  }

  /// An attempt no longer runs at a former owner.
  ///
  /// @param at when that was, by its clock; what it sent has arrived by then
  public synchronized void endsElsewhere(
      AccountId account, AttemptId attempt, Spent spent, Instant at) {
    quota(Optional.of(account)).endsElsewhere(attempt, spent, at.plus(AccountQuota.MARGIN));
  }

  /// A former owner made a call of so many tokens, as estimated.
  ///
  /// @param at by then it had arrived, by its clock
  public synchronized void wasMadeElsewhere(
      AccountId account, long tokens, Spent spent, Instant at) {
    quota(Optional.of(account)).wasMadeElsewhere(tokens, spent, at.plus(AccountQuota.MARGIN));
  }

  /// Forgets what other workers do and did with an account, for its lane has gone to one of them.
  public synchronized void forgetOthers(AccountId account) {
    quota(Optional.of(account)).forgetOthers();
  }

  public synchronized int waiting() {
    return waiting;
  }

  /// Attempts running, those without an account included.
  public synchronized int running() {
    return quotas.values().stream().mapToInt(AccountQuota::running).sum();
  }

  /// Attempts of an account that run.
  public synchronized int running(AccountId account) {
    AccountQuota quota = quotas.get(Optional.of(account));
    return quota == null ? 0 : quota.running();
  }

  private Optional<AccountId> key(T item) {
    return Optional.ofNullable(item.account());
  }

  private AccountQuota quota(Optional<AccountId> key) {
    return quotas.computeIfAbsent(key, k -> new AccountQuota(k.map(limits).orElse(local)));
  }
}
