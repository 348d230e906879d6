package dev.kompakt.ingress.park;

import dev.kompakt.bootstrap.config.IngressConfig;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.ingress.admission.BufferMemory;
import dev.kompakt.ingress.answer.AnswerForm;
import dev.kompakt.ingress.publish.Acceptance;
import dev.kompakt.ingress.publish.Payloads;
import dev.kompakt.ingress.publish.StatusFeed;
import dev.kompakt.ingress.publish.Statuses;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/// Where requests wait for their compaction.
public final class Parking {
  /// How much longer than a compaction's own deadline a request waits: the router is the one to end
  /// it.
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final AtomicInteger parked = new AtomicInteger();
  private final Wheels wheels;
  final Statuses statuses;
  final StatusFeed feed;
  final Payloads payloads;
  final BufferMemory memory;
  final ExecutorService threads;
  final Timing timing;

  /// How long things take at most.
  ///
  /// @param firstAfter when the first keepalive is due, after the request's last byte
  /// @param every between two keepalives
  /// @param longest how long a request is parked at most
  /// @param stall how long a client may take none of what is written to it
  /// @param write how long writing an answer may take
  record Timing(
      Duration firstAfter, Duration every, Duration longest, Duration stall, Duration write) {}

  /// Makes an empty one.
  ///
  /// @param threads virtual threads that read and write answers
  public Parking(
      KompaktConfig config,
      Statuses statuses,
      StatusFeed feed,
      Payloads payloads,
      BufferMemory memory,
      ExecutorService threads) {
    this.statuses = statuses;
    this.feed = feed;
    this.payloads = payloads;
    this.memory = memory;
    this.threads = threads;
    IngressConfig ingress = config.ingress();
    IngressConfig.Keepalive keepalive = ingress.keepalive();
    timing =
        new Timing(
            keepalive.firstAfter(),
            keepalive.every(),
            config.compaction().deadline().plus(GRACE),
            ingress.bodyIdle(),
            ingress.bodyDeadline());
    wheels =
        new Wheels(
            keepalive.every().compareTo(keepalive.firstAfter()) < 0
                ? keepalive.every()
                : keepalive.firstAfter());
  }

  /// Parks a request until its compaction has ended, then answers it. From any thread; the caller
  /// must not touch the exchange any more.
  public void park(Request request, Acceptance.Accepted accepted, AnswerForm form) {
    Parked waiting = new Parked(this, request, accepted, form);
    request.onIoThread(waiting::start);
  }

  /// Streams what happens to a compaction until it has ended. From any thread, likewise.
  ///
  /// @param seen the sequence of the last status the client knows; -1 for none
  public void stream(Request request, Acceptance.Accepted accepted, byte[] first, long seen) {
    EventStream stream = new EventStream(this, request, accepted, first, seen);
    request.onIoThread(stream::start);
  }

  /// Lets a virtual thread pass an answer on as it comes, for so long at most. The caller must not
  /// touch the exchange any more.
  ///
  /// @param onGone run once if there is nobody to answer any more; on the I/O thread
  public Passage pass(Request request, Duration longest, Runnable onGone) {
    Passage passage = new Passage(request, timing.stall(), longest, onGone);
    request.onIoThread(passage::start);
    return passage;
  }

  /// Requests parked at the moment.
  public int parked() {
    return parked.get();
  }

  Wheel wheel(Request request) {
    return wheels.of(request.exchange().getIoThread());
  }

  void entered() {
    parked.incrementAndGet();
  }

  void left() {
    parked.decrementAndGet();
  }
}
