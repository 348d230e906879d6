package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.history.Piece;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.workers.payload.Payloads;
import dev.kompakt.workers.payload.ReadAhead;
import dev.kompakt.workers.stop.AttemptBounds;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The providers of the config, to be called with its accounts. Thread-safe.
public final class Upstream implements AutoCloseable {
  private final Map<ProviderId, KompaktConfig.Provider> providers = new HashMap<>();
  private final Set<AccountId> accounts = new HashSet<>();
  private final Map<Mode, UpstreamMode> modes;
  private final Payloads payloads;
  private final Exchange exchange;
  private final Meters meters;

  private Upstream(KompaktConfig config, Payloads payloads, Meters meters) {
    this.payloads = payloads;
    this.meters = meters;
    modes =
        Map.of(
            Mode.NATIVE, new NativeMode(),
            Mode.TRIGGER, new TriggerMode(),
            Mode.SUMMARIZE, new SummarizeMode(payloads));
    config.providers().forEach(provider -> providers.put(provider.id(), provider));
    config.accounts().forEach(account -> accounts.add(account.id()));
    exchange = new Exchange(config.upstream(), ResponseMemory.ofHeap());
  }

  /// Makes them; calls nobody.
  public static Upstream create(KompaktConfig config, Payloads payloads, Meters meters) {
    return new Upstream(config, payloads, meters);
  }

  /// Sizes the call a job asks for, without making it.
  ///
  /// @throws EnvelopeRejectedException if the client's fields cannot be sent on
  /// @throws dev.kompakt.bootstrap.payload.PayloadLostException if a payload is gone
  /// @throws IOException if a payload cannot be read now, or the bounds end it
  /// @throws IllegalArgumentException if this process' config does not know account or provider
  public UpstreamCall prepare(Job job, AttemptBounds bounds) throws IOException {
    KompaktConfig.Provider provider = providers.get(job.provider());
    AccountId account = job.account();
    UpstreamMode mode = modes.get(job.mode());
    if (provider == null || account == null || !accounts.contains(account) || mode == null) {
      throw new IllegalArgumentException(
          "the config of this worker has no account "
              + account
              + " at provider "
              + job.provider()
              + " for mode "
              + job.mode());
    }
    Payloads ahead = readAhead(job.work());
    Envelope envelope =
        Envelope.read(
            job.envelope(), bounds.bound(payloads.open(job.envelope(), job.envelope().whole())));
    RequestBody body = mode.body(job, envelope, provider);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(provider, mode))
            .header("content-type", "application/json")
            .header("user-agent", "kompakt");
    mode.headers().forEach(request::header);
    return new UpstreamCall(
        job,
        mode,
        request,
        body,
        ahead,
        exchange,
        bounds.clock(),
        (status, bytes) -> {
          meters.count(Meter.UPSTREAM_CALLS, account.value(), status);
          meters.add(Meter.UPSTREAM_BYTES, (double) bytes, account.value());
        },
        () -> meters.count(Meter.IMPLAUSIBLE_USAGE, account.value()));
  }

  /// The history is fetched while the envelope is read and the start reported.
  private Payloads readAhead(Work work) {
    return switch (work) {
      case Work.Whole(PayloadRef items, List<Piece> pieces, _) ->
          pieces == null ? ReadAhead.begin(payloads, items, 0) : readAhead(items, pieces);
      case Work.Chunk(PayloadRef items, List<Piece> pieces, _, _) -> readAhead(items, pieces);
      case Work.Merge _, Work.Join _ -> payloads;
    };
  }

  private Payloads readAhead(PayloadRef items, List<Piece> pieces) {
    return pieces.isEmpty() || !(pieces.getFirst() instanceof Piece.Copy(long offset, _))
        ? payloads
        : ReadAhead.begin(payloads, items, offset);
  }

  private static URI uri(KompaktConfig.Provider provider, UpstreamMode mode) {
    String base = provider.baseUrl().toString();
    return URI.create(
        (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + mode.path());
  }

  @Override
  public void close() {
    exchange.close();
  }
}
