package dev.kompakt.router.topology;

import dev.kompakt.router.budget.Budget;
import dev.kompakt.router.budget.Call;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.TenantUsage;
import dev.kompakt.schemas.topic.Topics;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Calls, folded into what their tenant used today.
record TenantFold() implements Fold {
  @Override
  public byte @Nullable [] key(Report report) {
    Call call = Call.of(report);
    return call == null || call.tenant() == null
        ? null
        : Topics.TENANTS.keys().encode(call.tenant());
  }

  @Override
  public @Nullable String once(Report report) {
    Call call = Call.of(report);
    return call == null ? null : call.report();
  }

  @Override
  public byte @Nullable [] next(byte @Nullable [] stored, Report report, Instant now) {
    Call call = Call.of(report);
    TenantUsage known = RouterStores.relearnable(RouterStores.TENANT_CODEC, stored);
    TenantUsage next = call == null ? null : Budget.tenant(known, call, now);
    return next == null ? null : RouterStores.TENANT_CODEC.encode(next);
  }
}
