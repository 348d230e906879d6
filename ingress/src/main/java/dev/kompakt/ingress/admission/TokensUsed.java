package dev.kompakt.ingress.admission;

import dev.kompakt.schemas.id.TenantId;
import java.time.LocalDate;

/// Knows what a tenant has used, over all its keys and all replicas. Does not block.
@FunctionalInterface
public interface TokensUsed {
  /// Tokens used within a day in UTC, but for calls that have not ended.
  long on(LocalDate day, TenantId tenant);
}
