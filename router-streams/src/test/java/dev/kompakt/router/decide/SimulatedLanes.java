package dev.kompakt.router.decide;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Unauthorized.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;

/// Lanes and the accounts behind them: what is really true of accounts, whatever the router knows.
/// A job waits in its account's line until one ends there, five seconds at most unless it stays.
final class SimulatedLanes {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /// An account as it is.
  static final class Account {
    final AccountId id;
    final int room;
    Instant limitedUntil = Instant.EPOCH;
    Instant exhaustedUntil = Instant.EPOCH;
    boolean closed;

    private final Deque<Job> line = new ArrayDeque<>();
    private int running;

    Account(AccountId id, int room) {
      this.id = id;
      this.room = room;
    }
  }

  final Map<AccountId, Account> accounts = new LinkedHashMap<>();

  private final Agenda agenda;
  private final Random random;
  private final BiConsumer<Job, Outcome> report;
  private int local;
  private long payloads = 5_000_000;

  SimulatedLanes(
      Agenda agenda, Random random, List<Account> accounts, BiConsumer<Job, Outcome> report) {
    this.agenda = agenda;
    this.random = random;
    this.report = report;
    accounts.forEach(account -> this.accounts.put(account.id, account));
  }

  void take(Job job) {
    if (job.account() == null) {
      local++;
      agenda.after(
          duration(2),
          () -> {
            local--;
            report.accept(job, success());
          });
      return;
    }
    Account account = account(job);
    account.line.addLast(job);
    start(account);
    if (!Boolean.TRUE.equals(job.stays())) {
      agenda.after(
          PATIENCE,
          () -> {
            if (account.line.remove(job)) {
              report.accept(job, new Outcome.Declined(null));
            }
          });
    }
  }

  /// Jobs waiting and running.
  List<String> left() {
    List<String> left = new ArrayList<>();
    accounts
        .values()
        .forEach(
            account -> {
              if (account.running > 0 || !account.line.isEmpty()) {
                left.add(account.id + ": " + account.running + " running, " + account.line);
              }
            });
    if (local > 0) {
      left.add(local + " local");
    }
    return left;
  }

  private Account account(Job job) {
    Account account = job.account() == null ? null : accounts.get(job.account());
    if (account == null) {
      throw new AssertionError("no such account: " + job);
    }
    return account;
  }

  private void start(Account account) {
    while (account.running < account.room && !account.line.isEmpty()) {
      Job job = account.line.removeFirst();
      account.running++;
      agenda.after(
          duration(40),
          () -> {
            account.running--;
            report.accept(job, outcome(account));
            start(account);
          });
    }
  }

  private Outcome outcome(Account account) {
    Instant now = agenda.now();
    if (account.closed) {
      return new Outcome.Unauthorized(401, Standing.DEACTIVATED);
    }
    if (account.exhaustedUntil.isAfter(now)) {
      return new Outcome.QuotaExhausted(account.exhaustedUntil);
    }
    if (account.limitedUntil.isAfter(now)) {
      return new Outcome.RateLimited(Duration.between(now, account.limitedUntil));
    }
    return random.nextInt(25) == 0
        ? new Outcome.Transient(Outcome.Transient.Cause.SERVER_ERROR, 500, null)
        : success();
  }

  private Outcome success() {
    return new Outcome.Succeeded(Fixtures.payload(payloads++, 100), Fixtures.USAGE);
  }

  private Duration duration(int seconds) {
    return Duration.ofMillis(100 + random.nextInt(seconds * 1000));
  }
}
