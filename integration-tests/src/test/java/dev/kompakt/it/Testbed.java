package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Layout;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import dev.kompakt.testing.audit.RanOn;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/// What the tests of faults of one class share: a provider, and Kompakt in processes of its own.
/// Kept in a field that is `@AutoClose`; when it is closed, everything is put right that the tests
/// have left broken, and all that they did is audited.
final class Testbed implements AutoCloseable {
  static final String COMPACT = "/v1/responses/compact";

  /// Until something has happened that takes a rebalance or a start.
  static final Duration SOON = Duration.ofSeconds(40);

  private final Layout layout;
  private final FakeUpstream upstream;
  private final Cluster kompakt;
  private final List<RanOn> ranOn = new ArrayList<>();
  private CountDownLatch gate = new CountDownLatch(0);
  private int seed;

  private Testbed(Layout layout, FakeUpstream upstream, Cluster kompakt) {
    this.layout = layout;
    this.upstream = upstream;
    this.kompakt = kompakt;
  }

  /// Starts one; ready when it returns.
  ///
  /// @param config text of a config file for this provider
  static Testbed start(Path home, Layout layout, Function<FakeUpstream, String> config) {
    return start(home, _ -> layout, config);
  }

  /// The same, with a layout that names the provider.
  static Testbed start(
      Path home, Function<FakeUpstream, Layout> layout, Function<FakeUpstream, String> config) {
    FakeUpstream upstream = FakeUpstream.start(Audit::receipt);
    try {
      Layout made = layout.apply(upstream);
      return new Testbed(
          made, upstream, Deployment.inProcesses(home, config.apply(upstream), made));
    } catch (RuntimeException e) {
      upstream.close();
      throw e;
    }
  }

  FakeUpstream upstream() {
    return upstream;
  }

  Cluster kompakt() {
    return kompakt;
  }

  /// A client of the first ingress.
  Client client() {
    return new Client(kompakt.data());
  }

  /// A client of this ingress.
  Client at(String ingress) {
    return new Client(kompakt.data(ingress));
  }

  /// A client of this process' admin plane.
  Client admin(String process) {
    return new Client(kompakt.admin(process));
  }

  /// A history to be compacted by the first ingress.
  CompletableFuture<HttpResponse<String>> submit(String history) {
    return client().postAsync(COMPACT, history);
  }

  /// A small history like no other here.
  String history() {
    return history(Histories.SMALL_BYTES);
  }

  /// A history of this size, like no other here.
  String history(long bytes) {
    return Histories.ofBytes(++seed, bytes).toText();
  }

  /// Has the provider hold all answers until [#release].
  void hold() {
    CountDownLatch closed = new CountDownLatch(1);
    gate = closed;
    upstream.answering(_ -> Reply.success().after(closed));
  }

  void release() {
    gate.countDown();
  }

  /// Says that whoever makes these calls is cut off from the brokers, or held, from now on.
  void allowToRunOn(Collection<Call> calls) {
    Instant now = Instant.now();
    calls.forEach(call -> ranOn.add(new RanOn(call, now)));
  }

  /// Puts right whatever is broken: the provider answers, links pass, processes run.
  void mend() {
    release();
    upstream.answering(_ -> Reply.success());
    layout.linked().forEach(name -> kompakt.link(name).heal());
    for (String name : layout.processes()) {
      kompakt.resume(name);
      if (!kompakt.alive(name)) {
        kompakt.start(name);
      }
    }
  }

  @Override
  public void close() {
    try (var _ = upstream;
        var _ = kompakt) {
      mend();
      assertThat(Audit.violations(kompakt, upstream, ranOn)).isEmpty();
    }
  }
}
