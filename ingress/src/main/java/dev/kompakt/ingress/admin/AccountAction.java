package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminEndpoint;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.route.Refusal;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Outcome;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `POST /admin/v1/accounts/{id}/…`: does something with an account, and answers with the account
/// once the router shows what came of it; with 202 if it does not within a few seconds.
final class AccountAction implements AdminEndpoint {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long BETWEEN_LOOKS_MS = 20;

  private final List<KompaktConfig.Account> accounts;
  private final Function<AccountId, @Nullable AccountStatus> known;
  private final Deed deed;
  private final Predicate<AccountState> shows;
  private final InstantSource clock;

  /// What is done with an account.
  @FunctionalInterface
  interface Deed {
    /// Does it, and has it reported, durably.
    ///
    /// @return why the account refused; null if it did not
    @Nullable Outcome on(KompaktConfig.Account account) throws InterruptedException;
  }

  /// Makes one.
  ///
  /// @param shows whether the state it is to have come to is this
  AccountAction(
      List<KompaktConfig.Account> accounts,
      Function<AccountId, @Nullable AccountStatus> known,
      Deed deed,
      Predicate<AccountState> shows,
      InstantSource clock) {
    this.accounts = accounts;
    this.known = known;
    this.deed = deed;
    this.shows = shows;
    this.clock = clock;
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
    try {
      Outcome refusal = deed.on(account);
      boolean shown = awaitShown(account.id(), before);
      ObjectNode now = AccountObject.of(account, known.apply(account.id()), clock.instant());
      now.put("refusal", refusal == null ? null : text(refusal));
      return new Reply(shown ? 200 : 202, "application/json", JSON.writeValueAsString(now));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the process is stopping", e);
    }
  }

  private static String text(Outcome outcome) {
    Refusal refusal = Refusal.of(outcome);
    return refusal == null ? "unavailable" : refusal.text();
  }

  private boolean awaitShown(AccountId account, @Nullable AccountStatus before)
      throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      AccountStatus status = known.apply(account);
      if (status != null && !status.equals(before) && shows.test(status.stateAt(clock.instant()))) {
        return true;
      }
      Thread.sleep(BETWEEN_LOOKS_MS);
    }
    return false;
  }
}
