package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.route.Ask;
import dev.kompakt.bootstrap.route.Member;
import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.bootstrap.route.Pool;
import dev.kompakt.bootstrap.route.Routing;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.bootstrap.route.Verdict;
import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.AccountStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The accounts turns may go to, with what all processes know of them and the calls in flight from
/// here. A turn may go to any of them: neither its model nor the provider decides. Thread-safe;
/// nobody is kept longer than a decision takes, but who waits for room.
public final class Accounts {
  /// How long a turn waits while all that may be used are at their concurrency.
  private static final Duration ROOM_PATIENCE = Duration.ofSeconds(5);

  private final Map<AccountId, Seat> seats = new LinkedHashMap<>();
  private final Pool pool;
  private final Meters meters;
  private final InstantSource clock;

  /// Who waits for room, the first to come at the head.
  private final Deque<Waiter> waiting = new ArrayDeque<>();

  private record Waiter(Ask ask, CompletableFuture<Choice> given) {
    /// Whether room at this account is of use to it.
    boolean mayUse(AccountId account) {
      return !ask.held() || account.equals(ask.session());
    }
  }

  /// Makes the accounts of a config, of which nothing is known yet.
  ///
  /// @param seal makes of an account's id what clients may know of it
  public Accounts(KompaktConfig config, CheckpointSeal seal, Meters meters, InstantSource clock) {
    for (KompaktConfig.Account account : config.accounts()) {
      for (KompaktConfig.Provider provider : config.providers()) {
        if (provider.id().equals(account.provider())) {
          seats.put(
              account.id(),
              new Seat(
                  account,
                  provider,
                  seal.mark(account.id().value()).substring(0, TurnState.MARK_CHARACTERS)));
        }
      }
    }
    pool =
        new Pool(
            seats.values().stream().map(seat -> Member.of(seat.account())).toList(),
            patient(Policy.of(config.routing())));
    this.meters = meters;
    this.clock = clock;
    for (AccountId account : seats.keySet()) {
      meters.gauge(Meter.ACCOUNT_IN_FLIGHT, () -> standing(account).inFlight(), account.value());
    }
  }

  /// No session waits longer for its account than its turn waits at all.
  private static Policy patient(Policy policy) {
    return policy.grace().compareTo(Relay.PATIENCE) <= 0
        ? policy
        : new Policy(policy.threshold(), policy.atCapacity(), Relay.PATIENCE);
  }

  /// Takes in what all processes know of an account.
  public synchronized void learn(AccountStatus status) {
    pool.learn(status);
  }

  boolean isEmpty() {
    return seats.isEmpty();
  }

  boolean has(AccountId account) {
    return seats.containsKey(account);
  }

  /// Whether it is left alone only for what was seen of it here.
  synchronized boolean rests(AccountId account) {
    Pause pause = pool.standing(account).pause();
    return pause != null && pause.until().isAfter(clock.instant());
  }

  /// The account that said this turn state; null if it is none of these.
  @Nullable AccountId of(@Nullable TurnState state) {
    if (state != null) {
      for (Seat seat : seats.values()) {
        if (state.isOf(seat)) {
          return seat.id();
        }
      }
    }
    return null;
  }

  /// Of each provider the account that is best off, in the order of the config; of a provider
  /// without any that may be used, none.
  synchronized List<Seat> bestOfEach() {
    Map<ProviderId, Seat> best = new HashMap<>();
    for (Verdict verdict : pool.verdicts(Ask.ANY, clock.instant())) {
      if (verdict.usable()) {
        Seat seat = seat(verdict.account());
        best.putIfAbsent(seat.provider().id(), seat);
      }
    }
    return seats.values().stream().filter(best::containsValue).toList();
  }

  /// Takes room for a call: where the pool says, else at another account that has room, else where
  /// some is given back first.
  ///
  /// @throws InterruptedException if interrupted while waiting
  Choice take(Ask ask) throws InterruptedException {
    Waiter waiter = new Waiter(ask, new CompletableFuture<>());
    synchronized (this) {
      Choice choice = offer(ask);
      if (!(choice instanceof Choice.Full)) {
        return choice;
      }
      waiting.addLast(waiter);
    }
    try {
      return waiter.given().get(ROOM_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return giveUp(waiter);
    } catch (ExecutionException e) {
      throw new AssertionError("only choices are given", e);
    } catch (InterruptedException e) {
      if (giveUp(waiter) instanceof Choice.Use(Place place)) {
        place.close();
      }
      throw e;
    }
  }

  /// What was given at the last moment, else nothing.
  private synchronized Choice giveUp(Waiter waiter) {
    waiting.remove(waiter);
    return waiter.given().getNow(new Choice.Full());
  }

  private Choice offer(Ask ask) {
    Instant now = clock.instant();
    return switch (pool.choose(ask, now)) {
      case Routing.Wait(Instant until, var cause) -> new Choice.Wait(until, cause);
      case Routing.Nowhere(var cause) -> new Choice.None(cause);
      case Routing.Use use -> {
        if (hasRoom(use.account())) {
          yield enter(use, /* away= */ false, now);
        }
        Routing.Use other = ask.held() ? null : otherWithRoom(ask, now);
        yield other == null
            ? new Choice.Full()
            : enter(other, use.account().equals(ask.session()), now);
      }
    };
  }

  private Routing.@Nullable Use otherWithRoom(Ask ask, Instant now) {
    Set<AccountId> passed = new HashSet<>(ask.tried());
    for (AccountId account : seats.keySet()) {
      if (!hasRoom(account)) {
        passed.add(account);
      }
    }
    return pool.choose(new Ask(null, /* held= */ false, passed, ask.tokens()), now)
                instanceof Routing.Use other
            && hasRoom(other.account())
        ? other
        : null;
  }

  private boolean hasRoom(AccountId account) {
    Seat seat = seats.get(account);
    return seat != null && pool.standing(account).inFlight() < seat.room();
  }

  private Choice enter(Routing.Use use, boolean away, Instant now) {
    AccountId account = use.account();
    meters.count(
        Meter.ACCOUNT_CHOSEN, account.value(), use.reason().name().toLowerCase(Locale.ROOT));
    pool.note(pool.standing(account).sent(now));
    return new Choice.Use(new Place(this, seat(account), use.reason(), away));
  }

  private Seat seat(AccountId account) {
    Seat seat = seats.get(account);
    if (seat == null) {
      throw new IllegalStateException("the pool chose " + account + ", which is not in it");
    }
    return seat;
  }

  /// What was seen of an account here.
  public synchronized Standing standing(AccountId account) {
    return pool.standing(account);
  }

  /// Notes something seen of an account here.
  synchronized void note(AccountId account, UnaryOperator<Standing> seen) {
    pool.note(seen.apply(pool.standing(account)));
  }

  /// A call has ended: its room goes to the first that waits for it.
  synchronized void leave(AccountId account) {
    pool.note(pool.standing(account).ended());
    for (Iterator<Waiter> each = waiting.iterator(); each.hasNext() && hasRoom(account); ) {
      Waiter waiter = each.next();
      if (waiter.mayUse(account)) {
        Choice choice = offer(waiter.ask());
        if (!(choice instanceof Choice.Full)) {
          each.remove();
          waiter.given().complete(choice);
        }
      }
    }
  }
}
