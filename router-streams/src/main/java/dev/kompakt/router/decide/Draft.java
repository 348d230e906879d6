package dev.kompakt.router.decide;

import dev.kompakt.bootstrap.route.Ask;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.bootstrap.route.Pool;
import dev.kompakt.router.decide.CompactionState.Failed;
import dev.kompakt.router.decide.CompactionState.Layer;
import dev.kompakt.router.decide.CompactionState.Requests;
import dev.kompakt.router.decide.CompactionState.Running;
import dev.kompakt.router.decide.CompactionState.Sizing;
import dev.kompakt.router.decide.CompactionState.Stamp;
import dev.kompakt.router.decide.CompactionState.Subject;
import dev.kompakt.router.decide.CompactionState.Tally;
import dev.kompakt.router.route.AccountBook;
import dev.kompakt.router.route.Upstream;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.Packing;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Replay;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A running compaction while one decision is taken: mutable, and gone with the decision.
///
/// Nodes change through [#replace] only, which keeps the accounts' counts of attempts in flight.
final class Draft {
  private static final Pool NO_ACCOUNTS = new Pool(List.of(), Policy.DEFAULT);

  final Settings settings;
  final Instant now;
  final Submitted manifest;
  final @Nullable Upstream upstream;
  final AccountBook book;
  final List<Effect> effects = new ArrayList<>();

  Sizing sizing;

  private final Subject subject;
  private final Stamp stamp;
  private final Requests requests;
  private final Instant deadline;
  private final @Nullable Replay replay;
  private Layer layer;
  private Tally tally;
  private @Nullable CompactionState ended;
  private @Nullable Packing packing;

  private final Context context;

  private Draft(Running running, Submitted manifest, Settings settings, Context context) {
    this.settings = settings;
    this.context = context;
    this.manifest = manifest;
    now = context.now();
    subject = running.subject();
    stamp = running.stamp();
    requests = running.requests();
    deadline = running.deadline();
    sizing = running.sizing();
    layer = running.layer();
    tally = running.tally();
    replay = running.replay();
    upstream = context.upstreams().apply(provider());
    book = new AccountBook(upstream == null ? NO_ACCOUNTS : upstream.accounts());
  }

  static Draft of(Running running, Submitted manifest, Settings settings, Context context) {
    return new Draft(running, manifest, settings, context);
  }

  /// A compaction's first draft, without nodes yet.
  ///
  /// @param jobs numbers given to jobs of an earlier start
  static Draft begin(
      Submitted submitted, Stamp stamp, int jobs, Settings settings, Context context) {
    History history = submitted.history();
    Subject subject =
        new Subject(
            submitted.compaction(),
            submitted.tenant(),
            submitted.content(),
            submitted.idempotencyKey(),
            submitted.model(),
            submitted.provider(),
            submitted.at(),
            new CompactionStatus.Size(
                history.itemCount(), history.items().bytes(), history.estimatedTokens()));
    return new Draft(
        new Running(
            subject,
            stamp,
            new Requests(history.items().id(), null),
            submitted.deadline(),
            new Sizing(Mode.SUMMARIZE, null, LearnedLimit.Bound.UNKNOWN),
            new Layer(0, List.of(), false),
            new Tally(jobs, 0, 0, 0, 0, Usage.NONE),
            null),
        submitted,
        settings,
        context);
  }

  Running running() {
    return new Running(subject, stamp, requests, deadline, sizing, layer, tally, replay);
  }

  CompactionState state() {
    return ended == null ? running() : ended;
  }

  /// What is to be asked for to send a job.
  Ask ask(Assignment assignment) {
    AccountId only = replay == null ? null : replay.account();
    return only == null
        ? Asking.ask(manifest, assignment, context.sessions().account(manifest.session(), now))
        : Asking.only(manifest, assignment, only);
  }

  /// Binds the session to the account that made its answer.
  void bind(AccountId account) {
    String session = manifest.session();
    SessionBinding binding =
        session == null ? null : context.sessions().renewed(session, account, now);
    if (session != null && binding != null) {
      effects.add(new Effect.BindSession(session, binding));
    }
  }

  /// Makes calls in the mode every provider knows from now on.
  void summarize() {
    sizing = new Sizing(Mode.SUMMARIZE, sizing.target(), sizing.seen());
  }

  /// Whether the provider was seen not to have the endpoint of mode [Mode#NATIVE].
  boolean lacksNative() {
    return context.lacksNative(provider(), subject.model());
  }

  /// Whether nobody holds a connection open for it. Nobody does for a replay, whoever waited then.
  boolean detached() {
    return replay != null || manifest.patience() == Submission.Patience.DETACHED;
  }

  /// Who is called.
  ProviderId provider() {
    return replay == null || replay.provider() == null ? subject.provider() : replay.provider();
  }

  boolean ended() {
    return ended != null;
  }

  Subject subject() {
    return subject;
  }

  Instant deadline() {
    return deadline;
  }

  Layer layer() {
    return layer;
  }

  List<Node> nodes() {
    return layer.nodes();
  }

  Packing packing() {
    Packing made = packing == null ? new Packing(manifest.history()) : packing;
    packing = made;
    return made;
  }

  Node.Waiting fresh(Content content) {
    int job = tally.jobs();
    tally = tally.withJob();
    return new Node.Waiting(Assignment.fresh(job, content));
  }

  void replace(int index, Node next) {
    Node before = nodes().get(index);
    if (before instanceof Node.InFlight inFlight && inFlight.account() != null) {
      book.ended(inFlight.account());
    }
    if (next instanceof Node.InFlight inFlight && inFlight.account() != null) {
      book.sent(inFlight.account(), now);
    }
    List<Node> nodes = new ArrayList<>(nodes());
    nodes.set(index, next);
    layer = new Layer(layer.number(), nodes, layer.joining());
  }

  /// Puts other nodes in this layer; those in flight must be among them.
  void replaceAll(List<Node> nodes) {
    layer = new Layer(layer.number(), nodes, layer.joining());
  }

  /// Goes on to the next layer; every node of this one is done.
  void nextLayer(List<Node> nodes) {
    tally = tally.withLayer(nodes().size());
    layer = new Layer(layer.number() + 1, nodes, layer.joining());
  }

  void joinWhatIsLeft() {
    layer = new Layer(layer.number(), nodes(), true);
  }

  void count(int newAttempts, int newCalls, Usage newUsage) {
    tally = tally.plus(newAttempts, newCalls, newUsage);
  }

  int inFlight() {
    return (int) nodes().stream().filter(Node.InFlight.class::isInstance).count();
  }

  boolean allDone() {
    return nodes().stream().allMatch(Node.Done.class::isInstance);
  }

  /// Calls that may still be made in this run, those in flight not deducted.
  int callsLeft() {
    return settings.maxCalls() - (tally.calls() - tally.callsBefore());
  }

  /// Calls that attempts in flight make or may have made.
  int callsInFlight() {
    int calls = 0;
    for (Node node : nodes()) {
      if (node instanceof Node.InFlight inFlight && inFlight.account() != null) {
        calls += Math.max(1, inFlight.workers().size());
      }
    }
    return calls;
  }

  void complete(PayloadRef result) {
    end(
        running()
            .toCompleted(
                new Completion.Completed(result, tally.usage()),
                now.plus(settings.keepCompleted())));
    effects.add(new Effect.DropManifest());
  }

  void fail(Failures why) {
    Failed failed =
        running().toFailed(why.cause(), why.failure(), now, now.plus(settings.keepFailed()));
    end(failed);
    effects.add(new Effect.PublishDeadLetter(Letters.of(failed, manifest)));
  }

  void cancel() {
    end(running().toCancelled(now, now.plus(settings.keepCancelled())));
  }

  private void end(CompactionState state) {
    for (Node node : nodes()) {
      if (node instanceof Node.InFlight inFlight && inFlight.account() != null) {
        book.ended(inFlight.account());
      }
    }
    ended = state;
  }
}
