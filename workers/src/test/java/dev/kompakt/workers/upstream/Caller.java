package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.Access;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.TestConfig;
import dev.kompakt.workers.payload.MemoryPayloads;
import dev.kompakt.workers.payload.Payloads;
import dev.kompakt.workers.stop.AttemptBounds;
import dev.kompakt.workers.stop.StopSignal;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Calls a provider with a small history: natively and patiently, unless told otherwise.
final class Caller implements AutoCloseable {
  /// The body of a native answer.
  static final String OK = "{\"output\":[{\"type\":\"compaction\",\"encrypted_content\":\"x\"}]}";

  static final String JSON = "Content-Type: application/json\r\n";

  private static final String PATIENT =
      "connectTimeout: 5s, headerTimeout: 20s, idleTimeout: 20s, totalTimeout: 25s,"
          + " maxResponseBytes: 1MiB";

  final MemoryPayloads payloads = new MemoryPayloads();
  final StopSignal stop = new StopSignal();
  final Meters meters = new Meters();
  private final List<Upstream> open = new ArrayList<>();
  private final Path directory;

  /// @param directory for its config
  Caller(Path directory) {
    this.directory = directory;
  }

  UpstreamCall.Result call(URI base) throws Exception {
    return make(prepare(base));
  }

  /// @param limits lines of `upstream`, in YAML flow style
  UpstreamCall.Result call(URI base, String limits) throws Exception {
    return make(upstream(base, limits, payloads).prepare(job(Mode.NATIVE), bounds()));
  }

  UpstreamCall.Result make(UpstreamCall call) throws Exception {
    return call.make(access(), bounds(), () -> {});
  }

  UpstreamCall prepare(URI base) throws Exception {
    return prepare(base, Mode.NATIVE);
  }

  UpstreamCall prepare(URI base, Mode mode) throws Exception {
    return upstream(base).prepare(job(mode), bounds());
  }

  UpstreamCall prepare(URI base, LongHistory history) throws Exception {
    Job job =
        Jobs.of(
            1, "a", Mode.NATIVE, history.envelope(), Jobs.whole(history.ref(), Checkpoint.SEALED));
    return upstream(base, PATIENT, history).prepare(job, bounds());
  }

  Upstream upstream(URI base) throws Exception {
    return upstream(base, PATIENT, payloads);
  }

  private Upstream upstream(URI base, String limits, Payloads from) throws Exception {
    Upstream made = Upstream.create(TestConfig.of(directory, base, limits), from, meters);
    open.add(made);
    return made;
  }

  Job job(Mode mode) {
    return Jobs.of(
        1,
        "a",
        mode,
        payloads.put("{\"model\":\"m\",\"reasoning\":{\"effort\":\"low\"},\"stream\":true}"),
        Jobs.whole(payloads.put("{\"n\":1}"), Checkpoint.SEALED));
  }

  Access.Granted access() throws Exception {
    KompaktConfig config = TestConfig.of(directory, URI.create("http://x"), PATIENT);
    return (Access.Granted) Credentials.ofKeys(config).access(config.accounts().getFirst().id());
  }

  AttemptBounds bounds() {
    return new AttemptBounds(stop, Jobs.NOW.plusSeconds(900), () -> Jobs.NOW);
  }

  static UpstreamCall.Result failed(Cause cause, boolean reached) {
    return new UpstreamCall.Result(
        reached, new Reply.Failed(new Outcome.Transient(cause, null, null)), null);
  }

  @Override
  public void close() {
    open.forEach(Upstream::close);
  }
}
