package dev.kompakt.bench.routing;

import dev.kompakt.bench.report.BenchException;
import dev.kompakt.bootstrap.route.Ask;
import dev.kompakt.bootstrap.route.Member;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.bootstrap.route.Pool;
import dev.kompakt.bootstrap.route.Routing;
import dev.kompakt.bootstrap.route.Verdict;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/// Accounts that do half of what they could at once. At each step a call is routed and begins,
/// another ends, and what is used of an account is told; a few accounts are rate limited for
/// seconds. To make up what is asked and told is not measured.
final class Fleet {
  /// Choices of a round.
  static final int STEPS = 1 << 13;

  private static final int CONCURRENCY = 4;
  private static final Duration STEP = Duration.ofMillis(1);
  private static final ProviderId PROVIDER = new ProviderId("provider");

  private final Random random = new Random(1);
  private final List<AccountId> accounts;
  private final Pool pool;
  private final Deque<AccountId> inFlight = new ArrayDeque<>();
  private final int load;
  private Instant now = Instant.parse("2026-01-05T00:00:00Z");

  Fleet(int size) {
    accounts = IntStream.range(0, size).mapToObj(i -> new AccountId("account-" + i)).toList();
    pool =
        new Pool(
            accounts.stream()
                .map(account -> new Member(account, CONCURRENCY, null, Map.of()))
                .toList(),
            Policy.DEFAULT);
    accounts.forEach(account -> pool.learn(status(account, now)));
    load = CONCURRENCY * size / 2;
    while (inFlight.size() < load) {
      begin(pool.choose(Ask.ANY, now));
    }
  }

  /// Nanoseconds of each choice of a round. As many go before uncounted, so that what another fleet
  /// left in the processor's caches is gone.
  long[] round() {
    long[] nanos = new long[STEPS];
    for (int i = -STEPS; i < STEPS; i++) {
      now = now.plus(STEP);
      Ask ask = ask();
      AccountStatus told = status(inFlight.element(), now);
      long start = System.nanoTime();
      Routing routing = pool.choose(ask, now);
      long took = System.nanoTime() - start;
      begin(routing);
      end(told);
      if (i >= 0) {
        nanos[i] = took;
      }
    }
    return nanos;
  }

  /// Nanoseconds of looking at every account to find the best, each of so many times.
  long[] looks(int times) {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      Ask ask = ask();
      long start = System.nanoTime();
      Verdict best = pool.verdicts(ask, now).getFirst();
      nanos[i] = System.nanoTime() - start;
      if (!best.usable()) {
        throw new BenchException("no account can be used: " + best.words());
      }
    }
    return nanos;
  }

  /// A session that waits for its account begins nothing.
  private void begin(Routing routing) {
    if (routing instanceof Routing.Use(AccountId account, _)) {
      pool.note(pool.standing(account).sent(now));
      inFlight.add(account);
    }
  }

  /// Ends the oldest call, which tells what is used; not if the last one did not begin.
  private void end(AccountStatus told) {
    if (inFlight.size() > load) {
      AccountId account = inFlight.remove();
      pool.note(pool.standing(account).ended());
      pool.learn(told);
    }
  }

  /// Half of the calls have a session, some failed elsewhere before.
  private Ask ask() {
    return new Ask(
        random.nextBoolean() ? any() : null,
        /* held= */ false,
        random.nextInt(10) == 0 ? Set.of(any()) : Set.of(),
        /* tokens= */ 0);
  }

  private AccountStatus status(AccountId account, Instant at) {
    AccountState state =
        random.nextInt(50) == 0
            ? new AccountState.RateLimited(at.plusMillis(random.nextInt(5_000)))
            : new AccountState.Active();
    return new AccountStatus(
        account,
        PROVIDER,
        1,
        Usage.NONE,
        at,
        List.of(
            reading(account, "primary", Duration.ofHours(5), at),
            reading(account, "secondary", Duration.ofDays(7), at)),
        state,
        at);
  }

  /// Each account's windows begin at a moment of its own, and are used up at a speed of its own:
  /// some before their end.
  private static UsageReading reading(
      AccountId account, String window, Duration length, Instant at) {
    Random of = new Random(31L * account.hashCode() + window.hashCode());
    long seconds = length.toSeconds();
    long elapsed = Math.floorMod(at.getEpochSecond() + of.nextLong(seconds), seconds);
    return new UsageReading(
        window,
        Math.min(100, 120 * of.nextDouble() * elapsed / seconds),
        length,
        Instant.ofEpochSecond(at.getEpochSecond() + seconds - elapsed),
        at);
  }

  private AccountId any() {
    return accounts.get(random.nextInt(accounts.size()));
  }
}
