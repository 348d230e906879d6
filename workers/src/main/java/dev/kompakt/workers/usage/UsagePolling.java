package dev.kompakt.workers.usage;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.AccountProbes;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks the usage address of each account this worker is responsible for, again and again, and
/// reports what it says. The accounts are spread over the interval.
public final class UsagePolling implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UsagePolling.class);

  /// An account whose credential was refused is left in peace for so long.
  static final Duration COOLDOWN = Duration.ofMinutes(5);

  private static final int MOST_AT_ONCE = 8;

  private final List<KompaktConfig.Account> accounts;
  private final Duration every;
  private final AccountProbes probes;
  private final Predicate<AccountId> ours;
  private final Consumer<AccountReport> reports;
  private final InstantSource clock;
  private final Map<AccountId, Instant> coolingUntil = new ConcurrentHashMap<>();
  private final ScheduledExecutorService threads;

  /// Makes it; nothing is asked before [#start].
  ///
  /// @param ours whether this worker is responsible for an account at the moment
  public UsagePolling(
      KompaktConfig config,
      AccountProbes probes,
      Predicate<AccountId> ours,
      Consumer<AccountReport> reports,
      InstantSource clock) {
    Set<Object> told = new HashSet<>();
    config.providers().stream()
        .filter(provider -> provider.usageUrl() != null)
        .forEach(provider -> told.add(provider.id()));
    accounts =
        config.accounts().stream().filter(account -> told.contains(account.provider())).toList();
    every = config.routing().usageEvery();
    this.probes = probes;
    this.ours = ours;
    this.reports = reports;
    this.clock = clock;
    threads =
        Executors.newScheduledThreadPool(
            Math.clamp(accounts.size(), 1, MOST_AT_ONCE),
            Thread.ofVirtual().name("usage-", 0).factory());
  }

  public void start() {
    for (int i = 0; i < accounts.size(); i++) {
      KompaktConfig.Account account = accounts.get(i);
      long first = every.toMillis() * i / accounts.size();
      var _ =
          threads.scheduleWithFixedDelay(
              () -> poll(account), first, every.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /// Asks once, if it is to be asked; whatever happens, it is asked again.
  void poll(KompaktConfig.Account account) {
    AccountId id = account.id();
    Instant cooling = coolingUntil.getOrDefault(id, Instant.MIN);
    if (!ours.test(id) || cooling.isAfter(clock.instant())) {
      return;
    }
    try {
      heed(account, probes.ask(id));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("account", id).setCause(e).log("asking for usage failed here");
    }
  }

  private void heed(KompaktConfig.Account account, AccountProbes.Finding found) {
    AccountId id = account.id();
    Instant now = clock.instant();
    if (found.refusal() == null) {
      coolingUntil.remove(id);
      if (found.readings() != null) {
        reports.accept(
            new AccountReport.UsagePolled(id, account.provider(), now, found.readings()));
      }
    } else if (found.refusal() instanceof Outcome.Unauthorized refused) {
      LOG.atWarn()
          .addKeyValue("account", id)
          .addKeyValue("status", refused.status())
          .addKeyValue("standing", refused.standing())
          .log("an account is refused its usage");
      coolingUntil.put(id, now.plus(COOLDOWN));
      if (refused.standing() != null) {
        reports.accept(new AccountReport.Probed(id, account.provider(), now, null, refused));
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
