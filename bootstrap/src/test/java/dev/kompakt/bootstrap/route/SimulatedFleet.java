package dev.kompakt.bootstrap.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/// Accounts that do jobs, refuse when their window is used up or by chance, and tell how much is
/// used; and sessions whose jobs are routed to them. All of it in simulated time.
final class SimulatedFleet {
  private static final Duration WINDOW = Duration.ofHours(5);

  private final Random random;
  private final Pool pool;
  private final Map<AccountId, Upstream> upstreams = new LinkedHashMap<>();
  private final Map<Integer, AccountId> bindings = new HashMap<>();

  /// Jobs that wait for the first account that can take them; not those that wait for their own.
  private final List<Job> waiting = new ArrayList<>();

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparing(Event::at).thenComparingLong(Event::order));
  private Instant now = Accounts.NOW;
  private long order;
  private int done;

  private record Event(Instant at, long order, Runnable what) {}

  /// A job of a session.
  private static final class Job {
    final int session;
    final Set<AccountId> tried = new HashSet<>();
    Ask asked = Ask.ANY;
    Instant until = Instant.EPOCH;

    Job(int session) {
      this.session = session;
    }
  }

  /// An account as it truly is.
  private static final class Upstream {
    final Member member;
    final Deque<Job> queue = new ArrayDeque<>();
    int running;
    double used;
    Instant renewed;
    Instant blocked = Instant.EPOCH;

    Upstream(Member member, double used, Instant renewed) {
      this.member = member;
      this.used = used;
      this.renewed = renewed;
    }

    void renew(Instant now) {
      while (!renewed.isAfter(now)) {
        renewed = renewed.plus(WINDOW);
        used = 0;
      }
    }
  }

  SimulatedFleet(long seed) {
    random = new Random(seed);
    List<Member> members =
        IntStream.range(0, 1 + random.nextInt(5))
            .mapToObj(
                i ->
                    new Member(
                        new AccountId("account-" + i), 1 + random.nextInt(4), null, Map.of()))
            .toList();
    pool = new Pool(members, Policy.DEFAULT);
    for (Member member : members) {
      upstreams.put(
          member.account(),
          new Upstream(member, random.nextInt(100), now.plusSeconds(60 + random.nextInt(18_000))));
    }
  }

  /// Has jobs arrive, and goes on until nothing is left to happen.
  ///
  /// @return how many were done
  int run(int jobs) {
    int sessions = 1 + random.nextInt(6);
    for (int i = 0; i < jobs; i++) {
      Job job = new Job(random.nextInt(sessions));
      at(now.plusMillis(random.nextInt(600_000)), () -> route(job));
    }
    for (Event event = events.poll(); event != null; event = events.poll()) {
      now = event.at();
      event.what().run();
      expectNoneCouldGo();
    }
    return done;
  }

  private void route(Job job) {
    waiting.remove(job);
    job.asked = new Ask(bindings.get(job.session), false, job.tried, 0);
    switch (pool.choose(job.asked, now)) {
      case Routing.Use(AccountId account, _) -> {
        bindings.put(job.session, account);
        pool.note(pool.standing(account).sent(now));
        Upstream upstream = Objects.requireNonNull(upstreams.get(account));
        upstream.queue.add(job);
        start(upstream);
      }
      case Routing.Wait(Instant until, _) -> {
        assertThat(until).isAfter(now);
        if (until.equals(pool.verdicts(job.asked, now).getFirst().until())) {
          job.until = until;
          waiting.add(job);
        }
        at(until, () -> route(job));
      }
      case Routing.Nowhere(var cause) -> throw new AssertionError("nowhere: " + cause);
    }
  }

  /// A job waits only while no account could take it.
  private void expectNoneCouldGo() {
    for (Job job : waiting) {
      if (job.until.isAfter(now)) {
        assertThat(pool.choose(job.asked, now)).isNotInstanceOf(Routing.Use.class);
      }
    }
  }

  private void start(Upstream upstream) {
    while (upstream.running < upstream.member.concurrency() && !upstream.queue.isEmpty()) {
      Job job = upstream.queue.remove();
      upstream.running++;
      at(now.plusMillis(100 + random.nextInt(60_000)), () -> finish(upstream, job));
    }
  }

  private void finish(Upstream upstream, Job job) {
    AccountId account = upstream.member.account();
    upstream.running--;
    upstream.renew(now);
    pool.note(pool.standing(account).ended());
    AccountState state = new AccountState.Active();
    if (upstream.used >= 100) {
      upstream.blocked = upstream.renewed;
      state = new AccountState.QuotaExceeded(upstream.blocked);
    } else if (random.nextInt(10) == 0) {
      Instant until = now.plusMillis(1 + random.nextInt(30_000));
      upstream.blocked = until.isAfter(upstream.blocked) ? until : upstream.blocked;
      state = new AccountState.RateLimited(upstream.blocked);
    }
    boolean refused = !(state instanceof AccountState.Active);
    if (!refused) {
      upstream.used += random.nextInt(8);
      state = new AccountState.RateLimited(upstream.blocked);
      done++;
    }
    pool.learn(
        Accounts.status(
            account,
            state,
            now,
            new UsageReading("primary", upstream.used, WINDOW, upstream.renewed, now)));
    start(upstream);
    if (refused) {
      job.tried.add(account);
      route(job);
    }
  }

  private void at(Instant time, Runnable what) {
    events.add(new Event(time.isAfter(now) ? time : now, order++, what));
  }
}
