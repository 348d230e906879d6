package dev.kompakt.ingress.publish;

import dev.kompakt.ingress.intake.ScannedBody;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Submission;
import org.jspecify.annotations.Nullable;

/// What a request asks to have compacted.
///
/// @param idempotencyKey the client's, as it came
/// @param session what the client calls its session, as it came
/// @param patience how the caller waits for it
/// @param items what the scan has written, not finished yet
/// @param envelope likewise
public record Asked(
    TenantId tenant,
    ScannedBody body,
    Checkpoint form,
    @Nullable String idempotencyKey,
    @Nullable String session,
    Submission.Patience patience,
    Payloads.Sink items,
    Payloads.Sink envelope) {}
