package dev.kompakt.router.topology;

import dev.kompakt.router.budget.Budget;
import dev.kompakt.router.budget.Call;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Calls and what else is reported of accounts, folded into what is known of them.
record AccountFold() implements Fold<AccountStatus> {
  @Override
  public Topic<?, AccountStatus> topic() {
    return Topics.ACCOUNTS;
  }

  @Override
  public String store() {
    return RouterStores.ACCOUNTS;
  }

  @Override
  public byte @Nullable [] key(Report report) {
    AccountId account = account(report);
    return account == null ? null : Topics.ACCOUNTS.keys().encode(account);
  }

  private static @Nullable AccountId account(Report report) {
    if (report instanceof AccountReport said) {
      return said.account();
    }
    Call call = Call.of(report);
    return call == null ? null : call.account();
  }

  @Override
  public @Nullable AccountStatus next(@Nullable AccountStatus known, Report report, Instant now) {
    return Budget.account(known, report, now);
  }

  @Override
  public boolean urgent(@Nullable AccountStatus known, AccountStatus next) {
    return known == null
        || !Objects.equals(known.state(), next.state())
        || !Objects.equals(known.since(), next.since());
  }
}
