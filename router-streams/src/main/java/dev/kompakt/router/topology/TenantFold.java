package dev.kompakt.router.topology;

import dev.kompakt.router.budget.Budget;
import dev.kompakt.router.budget.Call;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.TenantUsage;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Calls, folded into what their tenant used today.
record TenantFold() implements Fold<TenantUsage> {
  @Override
  public Topic<?, TenantUsage> topic() {
    return Topics.TENANTS;
  }

  @Override
  public String store() {
    return RouterStores.TENANTS;
  }

  @Override
  public byte @Nullable [] key(Report report) {
    Call call = Call.of(report);
    return call == null || call.tenant() == null
        ? null
        : Topics.TENANTS.keys().encode(call.tenant());
  }

  @Override
  public @Nullable TenantUsage next(@Nullable TenantUsage known, Report report, Instant now) {
    Call call = Call.of(report);
    return call == null ? null : Budget.tenant(known, call, now);
  }

  @Override
  public boolean urgent(@Nullable TenantUsage known, TenantUsage next) {
    return known == null;
  }
}
