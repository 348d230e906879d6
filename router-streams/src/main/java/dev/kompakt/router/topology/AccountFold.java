package dev.kompakt.router.topology;

import dev.kompakt.router.budget.Budget;
import dev.kompakt.router.budget.Call;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.topic.Topics;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Calls and what else is reported of accounts, folded into what is known of them.
record AccountFold() implements Fold {
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
  public @Nullable String once(Report report) {
    if (report instanceof AccountReport said) {
      return said.key() + "|" + said.getClass().getSimpleName() + "|" + said.at();
    }
    Call call = Call.of(report);
    return call == null ? null : call.report();
  }

  @Override
  public byte @Nullable [] next(byte @Nullable [] stored, Report report, Instant now) {
    AccountStatus known = RouterStores.relearnable(RouterStores.ACCOUNT_CODEC, stored);
    AccountStatus next = Budget.account(known, report, now);
    return next == null || next.equals(known) ? null : RouterStores.ACCOUNT_CODEC.encode(next);
  }
}
