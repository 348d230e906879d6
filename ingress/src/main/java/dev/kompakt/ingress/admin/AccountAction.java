package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminEndpoint;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// `POST /admin/v1/accounts/{id}/…`: has something reported of an account, and answers with the
/// account once the router shows what came of it; with 202 if it does not within a few seconds.
final class AccountAction implements AdminEndpoint {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long BETWEEN_LOOKS_MS = 20;

  private final List<KompaktConfig.Account> accounts;
  private final Function<AccountId, @Nullable AccountStatus> known;
  private final Consumer<AccountReport> reports;
  private final InstantSource clock;
  private final Kind kind;

  /// What is done, and how it shows.
  private record Kind(
      Function<KompaktConfig.Account, AccountReport> report, Predicate<AccountState> shows) {}

  private AccountAction(
      List<KompaktConfig.Account> accounts,
      Function<AccountId, @Nullable AccountStatus> known,
      Consumer<AccountReport> reports,
      InstantSource clock,
      Kind kind) {
    this.accounts = accounts;
    this.known = known;
    this.reports = reports;
    this.clock = clock;
    this.kind = kind;
  }

  /// Takes an account out of use.
  ///
  /// @param reports returns once a report is durable
  static AccountAction pause(
      List<KompaktConfig.Account> accounts,
      Function<AccountId, @Nullable AccountStatus> known,
      Consumer<AccountReport> reports,
      InstantSource clock) {
    return new AccountAction(
        accounts,
        known,
        reports,
        clock,
        new Kind(
            account ->
                new AccountReport.PauseAsked(account.id(), account.provider(), clock.instant()),
            AccountState.Paused.class::isInstance));
  }

  /// Puts an account to use again.
  ///
  /// @param reports returns once a report is durable
  static AccountAction resume(
      List<KompaktConfig.Account> accounts,
      Function<AccountId, @Nullable AccountStatus> known,
      Consumer<AccountReport> reports,
      InstantSource clock) {
    return new AccountAction(
        accounts,
        known,
        reports,
        clock,
        new Kind(
            account ->
                new AccountReport.ResumeAsked(account.id(), account.provider(), clock.instant()),
            AccountState.Active.class::isInstance));
  }

  @Override
  public Reply answer(Map<String, String> parameters) {
    Listing.allow(parameters, Set.of("id"));
    String id = parameters.getOrDefault("id", "");
    KompaktConfig.Account account =
        accounts.stream()
            .filter(a -> a.id().value().equals(id))
            .findFirst()
            .orElseThrow(
                () -> new NoSuchElementException("no account of this ingress' config has this id"));
    AccountStatus before = known.apply(account.id());
    reports.accept(kind.report().apply(account));
    boolean shown = awaitShown(account.id(), before);
    return new Reply(
        shown ? 200 : 202,
        "application/json",
        JSON.writeValueAsString(
            AccountObject.of(account, known.apply(account.id()), clock.instant())));
  }

  private boolean awaitShown(AccountId account, @Nullable AccountStatus before) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      AccountStatus status = known.apply(account);
      if (status != null
          && !status.equals(before)
          && kind.shows().test(status.stateAt(clock.instant()))) {
        return true;
      }
      try {
        Thread.sleep(BETWEEN_LOOKS_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return false;
  }
}
