package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/// What can befall accounts, by chance; figures lie close to where rules turn.
final class RandomAccounts {
  private static final List<Double> PERCENTS =
      List.of(0.0, 10.0, 40.0, 60.0, 90.0, 94.0, 95.0, 95.5, 97.0, 99.0, 100.0, 130.0);
  private static final List<Duration> TIMES =
      List.of(
          Duration.ofMillis(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(11),
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofHours(5),
          Duration.ofHours(24),
          Duration.ofHours(25),
          Duration.ofDays(3),
          Duration.ofDays(7));
  private static final List<String> WINDOWS = List.of("primary", "secondary", "requests");

  final List<Member> members;
  private final Random random;

  RandomAccounts(Random random, int count) {
    this.random = random;
    members = IntStream.range(0, count).mapToObj(this::member).toList();
  }

  private Member member(int i) {
    return new Member(
        new AccountId("account-" + i),
        1 + random.nextInt(4),
        chance(3) ? 1_000 * (1 + random.nextInt(3)) : null,
        chance(4) ? Map.of(any(WINDOWS), 40 + 10 * random.nextInt(6)) : Map.of());
  }

  AccountId account() {
    return any(members).account();
  }

  /// How time goes on.
  Duration step() {
    return chance(4) ? any(TIMES) : Duration.ofMillis(random.nextInt(2_000));
  }

  AccountStatus status(Instant now) {
    List<UsageReading> readings = new ArrayList<>();
    for (String window : WINDOWS) {
      if (chance(2)) {
        readings.add(reading(window, now));
      }
    }
    return Accounts.status(
        account(),
        state(now),
        now.minusMillis(random.nextInt(3)),
        readings.toArray(UsageReading[]::new));
  }

  private UsageReading reading(String window, Instant now) {
    boolean renewal = !chance(6);
    return new UsageReading(
        window,
        any(PERCENTS),
        chance(3) ? any(TIMES) : null,
        renewal ? now.plus(any(TIMES)) : null,
        chance(5) ? null : now.minus(any(TIMES)));
  }

  private AccountState state(Instant now) {
    return switch (random.nextInt(12)) {
      case 0 -> new AccountState.RateLimited(now.plus(any(TIMES)));
      case 1, 2 -> new AccountState.QuotaExceeded(now.plus(any(TIMES)));
      case 3 ->
          any(
              List.of(
                  new AccountState.Paused(),
                  new AccountState.Deactivated(),
                  new AccountState.ReauthRequired()));
      default -> new AccountState.Active();
    };
  }

  /// Something seen of an account.
  Standing after(Standing standing, Instant now) {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> standing.sent(now);
      case 3, 4, 5 -> standing.ended();
      case 6 -> standing.succeeded();
      default ->
          standing.paused(
              new Pause(
                  now.plus(any(TIMES)),
                  any(List.of(Pause.Cause.values())),
                  chance(4) ? null : now));
    };
  }

  /// Standings a decision changed that are not noted yet.
  Map<AccountId, Standing> changed(Pool pool, Instant now) {
    Map<AccountId, Standing> changed = new HashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      AccountId account = account();
      changed.put(account, after(pool.standing(account), now));
    }
    return changed;
  }

  Ask ask() {
    Set<AccountId> tried = new HashSet<>();
    for (int i = chance(3) ? 1 + random.nextInt(3) : 0; i > 0; i--) {
      tried.add(account());
    }
    AccountId session = chance(2) ? session() : null;
    return new Ask(
        session, session != null && chance(4), tried, chance(3) ? 500L * random.nextInt(8) : 0);
  }

  private AccountId session() {
    return chance(10) ? new AccountId("gone") : account();
  }

  boolean chance(int in) {
    return random.nextInt(in) == 0;
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
