package dev.kompakt.schemas.record;

import dev.kompakt.schemas.id.TenantId;
import java.time.Instant;
import java.time.LocalDate;

/// What a tenant has used on one day, by the reports of its upstream calls; the records of
/// `kompakt.tenants`.
///
/// @param day in UTC, by the clock of whoever reported
/// @param calls upstream calls finished on it
/// @param usage tokens of all of them
public record TenantUsage(
    TenantId tenant, LocalDate day, long calls, Usage usage, Instant updatedAt) {}
