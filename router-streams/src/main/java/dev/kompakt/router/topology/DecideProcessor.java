package dev.kompakt.router.topology;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.router.decide.Bindings;
import dev.kompakt.router.decide.CompactionState;
import dev.kompakt.router.decide.Context;
import dev.kompakt.router.decide.Decider;
import dev.kompakt.router.decide.Decision;
import dev.kompakt.router.decide.Effect;
import dev.kompakt.router.decide.Event;
import dev.kompakt.router.decide.TimerKind;
import dev.kompakt.router.state.CompactionStores;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.router.state.TimerKey;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// Reads an event, has it decided on, carries out the effects. Everything it does for an event is
/// committed together.
///
/// A record that cannot be read, or that makes the decision itself fail, becomes a dead letter:
/// nothing has been done for it by then, and the ones behind it must not wait.
final class DecideProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  static final String JOBS = "jobs";
  static final String COMPACTIONS = "compactions";
  static final String DEAD_LETTERS = "dead-letters";
  static final String SESSIONS = "sessions";

  /// Timers are looked for at least so often, should the clock be set.
  private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);

  private static final int TIMERS_AT_ONCE = 1000;

  private final RouterSettings settings;
  private final Published published;
  private final Bindings sessions;
  private final Decider decider;
  private final Journal journal;

  private @Nullable ProcessorContext<byte[], byte[]> context;
  private @Nullable CompactionStores stores;
  private @Nullable Upstreams upstreams;
  private AccountFeed.@Nullable Reader feed;
  private @Nullable Cancellable wake;
  private Instant wakeAt = Instant.MAX;

  DecideProcessor(RouterSettings settings, Published published, Meters meters) {
    this.settings = settings;
    this.published = published;
    sessions = new Bindings(published.sessions(), settings.sessionIdle());
    decider = new Decider(settings.decisions());
    journal = new Journal(meters);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> opened) {
    context = opened;
    stores =
        new CompactionStores(
            store(opened, RouterStores.SUBMISSIONS),
            store(opened, RouterStores.STATES),
            store(opened, RouterStores.TIMERS),
            store(opened, RouterStores.STANDINGS));
    close();
    feed = published.accounts().open();
    upstreams = null;
    wakeAt = Instant.MAX;
    sleepUntilNextTimer();
  }

  @Override
  public void close() {
    if (feed != null) {
      feed.close();
      feed = null;
    }
  }

  private static KeyValueStore<Bytes, byte[]> store(
      ProcessorContext<byte[], byte[]> opened, String name) {
    return Objects.requireNonNull(opened.getStateStore(name), name);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata source = context().recordMetadata().orElseThrow();
    if (Reading.onlyCounts(source.topic(), record)) {
      return;
    }
    CompactionId compaction = null;
    Considered considered;
    try {
      compaction = Reading.compaction(record);
      considered = consider(compaction, Reading.event(source.topic(), compaction, record));
    } catch (KafkaException e) {
      throw e;
    } catch (RuntimeException e) {
      setAside(compaction, source);
      journal.unreadable(source, compaction, e);
      return;
    }
    carryOut(considered);
    sleepUntilNextTimer();
  }

  /// Has [#fireTimers] called when the next timer is due. Not at a steady beat: Kafka Streams
  /// commits a transaction after every call.
  private void sleepUntilNextTimer() {
    Instant now = now();
    Instant latest = now.plus(LONGEST_SLEEP);
    Instant due = stores().nextDue();
    Instant next = due.isAfter(latest) ? latest : due;
    if (wakeAt.isAfter(now) && !next.isBefore(wakeAt)) {
      return;
    }
    if (wake != null) {
      wake.cancel();
    }
    long sleep = Math.max(1, Duration.between(now, next).toMillis());
    wakeAt = now.plusMillis(sleep);
    wake =
        context()
            .schedule(Duration.ofMillis(sleep), PunctuationType.WALL_CLOCK_TIME, _ -> fireTimers());
  }

  private void fireTimers() {
    if (wake != null) {
      wake.cancel();
      wake = null;
    }
    wakeAt = Instant.MAX;
    for (TimerKey timer : stores().takeDue(now(), TIMERS_AT_ONCE)) {
      Considered considered;
      try {
        considered = consider(timer.compaction(), new Event.TimerFired(timer.timer()));
      } catch (KafkaException e) {
        throw e;
      } catch (RuntimeException e) {
        journal.undecidable(timer.compaction(), e);
        continue;
      }
      carryOut(considered);
    }
    sleepUntilNextTimer();
  }

  /// What was decided on an event, before any of it is done.
  private record Considered(
      CompactionId compaction, Event event, @Nullable CompactionState before, Decision decision) {}

  private Considered consider(CompactionId compaction, Event event) {
    Objects.requireNonNull(feed, "init comes first").read(upstreams()::learn);
    CompactionState state = stores().state(compaction);
    Submitted manifest = stores().manifest(compaction);
    Context in = new Context(now(), upstreams()::of, sessions, published.limits());
    return new Considered(compaction, event, state, decider.decide(state, manifest, event, in));
  }

  private void carryOut(Considered considered) {
    CompactionId compaction = considered.compaction();
    Decision decision = considered.decision();
    CrashPoint.ROUTER_DECIDED.pass();
    keep(compaction, considered.before(), decision.state());
    decision.effects().forEach(effect -> carryOut(compaction, effect));
    journal.decided(compaction, considered.event(), considered.before(), decision);
    CrashPoint.ROUTER_BEFORE_COMMIT.pass();
  }

  private void keep(
      CompactionId compaction, @Nullable CompactionState before, @Nullable CompactionState after) {
    if (after == null) {
      if (before != null) {
        stores().forget(compaction);
      }
    } else if (!after.equals(before)) {
      stores().keep(compaction, after);
    }
  }

  private void carryOut(CompactionId compaction, Effect effect) {
    switch (effect) {
      case Effect.KeepManifest(Submitted manifest) -> stores().keepManifest(compaction, manifest);
      case Effect.DropManifest _ -> stores().dropManifest(compaction);
      case Effect.SendJob(Job job, Effect.Choice choice) -> {
        send(JOBS, Topics.JOBS, job.lane(), job);
        journal.sent(job, choice, upstreams().of(job.provider()), now());
      }
      case Effect.PublishStatus(CompactionStatus status) ->
          send(COMPACTIONS, Topics.COMPACTIONS, compaction, status);
      case Effect.BindSession(String session, SessionBinding binding) ->
          send(SESSIONS, Topics.SESSIONS, session, binding);
      case Effect.PublishDeadLetter(DeadLetter letter) ->
          send(DEAD_LETTERS, Topics.DEAD_LETTERS, compaction.value(), letter);
      case Effect.SetTimer(TimerKind timer, Instant at) -> stores().setTimer(compaction, timer, at);
      case Effect.ClearTimer(TimerKind timer, Instant at) ->
          stores().clearTimer(compaction, timer, at);
      case Effect.NoteStanding(Standing standing) -> {
        stores().note(standing);
        upstreams().note(standing);
      }
    }
  }

  private <K, V> void send(String sink, Topic<K, V> topic, K key, V value) {
    byte[] name = topic.keys().encode(key);
    context().forward(new Record<>(name, topic.values().encode(value), now().toEpochMilli()), sink);
    context().commit(); // others are waiting for it
  }

  private void setAside(@Nullable CompactionId compaction, RecordMetadata source) {
    String at = source.topic() + "-" + source.partition() + "@" + source.offset();
    send(
        DEAD_LETTERS,
        Topics.DEAD_LETTERS,
        compaction == null ? at : compaction.value(),
        DeadLetter.unreadable(now(), compaction, at));
  }

  private Instant now() {
    return Instant.ofEpochMilli(context().currentSystemTimeMs());
  }

  private ProcessorContext<byte[], byte[]> context() {
    return Objects.requireNonNull(context, "init comes first");
  }

  private Upstreams upstreams() {
    Upstreams made = upstreams;
    if (made == null) {
      made = new Upstreams(settings);
      stores().standings().forEach(made::note);
      upstreams = made;
    }
    return made;
  }

  private CompactionStores stores() {
    return Objects.requireNonNull(stores, "init comes first");
  }
}
