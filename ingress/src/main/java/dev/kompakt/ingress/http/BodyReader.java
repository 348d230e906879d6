package dev.kompakt.ingress.http;

import dev.kompakt.bootstrap.config.IngressConfig;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.ingress.admission.Permit;
import dev.kompakt.ingress.intake.BodyScanner;
import dev.kompakt.ingress.intake.CheckpointOpener;
import dev.kompakt.ingress.intake.ContentDecoding;
import dev.kompakt.ingress.intake.Purpose;
import dev.kompakt.ingress.intake.ScannedBody;
import dev.kompakt.ingress.park.Request;
import dev.kompakt.schemas.id.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Reads the bodies of requests within their limits: decodes, scans, and opens what Kompakt sealed.
final class BodyReader {
  private final IngressConfig limits;
  private final long maxBodyBytes;
  private final CheckpointSeal seal;
  private final Meters meters;

  BodyReader(IngressConfig limits, long maxBodyBytes, CheckpointSeal seal, Meters meters) {
    this.limits = limits;
    this.maxBodyBytes = maxBodyBytes;
    this.seal = seal;
    this.meters = meters;
  }

  /// Reads a body to its end.
  ///
  /// @param items takes the history
  /// @param envelope takes all else
  /// @throws RefusedException if it is none that is served
  /// @throws IOException if it cannot be read, or not be written
  ScannedBody read(
      Request request,
      TenantId tenant,
      Wishes wishes,
      Permit permit,
      OutputStream items,
      OutputStream envelope,
      Purpose purpose)
      throws IOException, RefusedException {
    RequestBody raw =
        new RequestBody(
            request.exchange(),
            permit,
            limits.bodyIdle(),
            limits.bodyDeadline(),
            limits.minBodyRate());
    CheckpointOpener opener =
        content -> {
          String summary = seal.open(tenant, content);
          if (summary != null) {
            meters.count(Meter.CHECKPOINTS_OPENED);
          }
          return summary;
        };
    ScannedBody body;
    try (InputStream decoded =
        ContentDecoding.decode(raw, wishes.contentEncoding(), maxBodyBytes)) {
      body = BodyScanner.scan(decoded, items, envelope, opener, purpose);
    }
    if (raw.read() >= 0) {
      throw RefusedException.invalid(
          400, "invalid_content_encoding", "The body goes on after its encoded content.");
    }
    switch (purpose) {
      case COMPACTION -> request.bodyRead(raw.count());
      case TURN -> request.bodyArrived(raw.count());
    }
    meters.add(Meter.BODY_BYTES, (double) (body.itemsBytes() + body.envelopeBytes()));
    return body;
  }
}
