package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminServer;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.AccountProbes;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.ingress.replay.DeadLetters;
import dev.kompakt.ingress.replay.Replays;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.LearnedLimit;
import java.time.InstantSource;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The endpoints an ingress adds to its admin plane.
public final class AdminEndpoints {
  private AdminEndpoints() {}

  /// What they tell of and act on.
  ///
  /// @param account what the router knows of one; null if nothing
  /// @param standing what this ingress has seen of an account
  /// @param sessions the account of a session's hash; null if it has none
  /// @param reports returns once a report is durable
  /// @param probes try an account and report what came of it
  /// @param replays asks for them
  public record Sources(
      Statuses compactions,
      Function<AccountId, @Nullable AccountStatus> account,
      Function<AccountId, Standing> standing,
      Function<String, @Nullable AccountId> sessions,
      Supplier<Collection<LearnedLimit>> limits,
      Consumer<AccountReport> reports,
      AccountProbes probes,
      DeadLetters letters,
      Replays replays) {}

  /// Adds them all.
  public static void add(
      AdminServer admin, KompaktConfig config, Sources sources, InstantSource clock) {
    admin.add("/admin/v1/compactions", new CompactionList(sources.compactions()));
    admin.add("/admin/v1/accounts", new AccountList(config.accounts(), sources.account(), clock));
    AccountAction.Deed pause =
        account -> {
          sources
              .reports()
              .accept(
                  new AccountReport.PauseAsked(account.id(), account.provider(), clock.instant()));
          return null;
        };
    AccountAction.Deed resume =
        account -> {
          sources
              .reports()
              .accept(
                  new AccountReport.ResumeAsked(account.id(), account.provider(), clock.instant()));
          return null;
        };
    act(admin, config, sources, "pause", pause, AccountState.Paused.class::isInstance, clock);
    act(admin, config, sources, "resume", resume, AccountState.Active.class::isInstance, clock);
    act(
        admin,
        config,
        sources,
        "probe",
        account -> sources.probes().probe(account.id()).refusal(),
        _ -> true,
        clock);
    DeadLetterList letters = new DeadLetterList(sources.letters(), sources.compactions(), clock);
    admin.add("/admin/v1/dead-letters", letters);
    admin.add("/admin/v1/dead-letters/{id}", letters::one);
    ReplayList replays = new ReplayList(sources.letters(), sources.compactions(), clock);
    admin.add("/admin/v1/replays", replays);
    admin.add("/admin/v1/replays/{id}", replays::one);
    admin.addAction(
        "/admin/v1/replays",
        new ReplayRequest(sources.replays(), sources.compactions(), config.accounts(), clock));
    admin.add("/admin/v1/limits", new LimitList(sources.limits(), clock));
    admin.add(
        "/admin/v1/routing/explain",
        new RoutingExplanation(
            config, sources.account(), sources.standing(), sources.sessions(), clock));
  }

  private static void act(
      AdminServer admin,
      KompaktConfig config,
      Sources sources,
      String name,
      AccountAction.Deed deed,
      Predicate<AccountState> shows,
      InstantSource clock) {
    admin.addAction(
        "/admin/v1/accounts/{id}/" + name,
        new AccountAction(config.accounts(), sources.account(), deed, shows, clock));
  }
}
