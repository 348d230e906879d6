package dev.kompakt.workers.lane;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.workers.quota.AdmissionQueue;
import dev.kompakt.workers.quota.Spent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One lane this worker owns, from its assignment until it goes away. Guarded by [Lanes].
final class Lane {
  private static final int MOST_PENDING = 256;
  private static final long MOST_PENDING_BYTES = 2 << 20;

  /// What storing a result and reporting it may take beyond an attempt's deadline.
  private static final Duration REPORT_GRACE = Duration.ofSeconds(10);

  /// An attempt that a former owner may still run.
  private record Elsewhere(AccountId account, Instant until) {}

  /// A job a former owner goes on with.
  private record Parked(JobTicket ticket, @Nullable String worker, Instant until) {}

  private final int number;
  private final long assignment;
  private final OffsetTracker tracker;
  private final long end;
  private final AdmissionQueue<JobTicket> queue;
  private final QuotaClock clock;
  private final List<JobTicket> held = new ArrayList<>();
  private final Map<AttemptId, Parked> parked = new HashMap<>();
  private final Map<AttemptId, Elsewhere> elsewhere = new HashMap<>();
  private final Set<AccountId> accounts = new HashSet<>();
  private final Repetitions repetitions = new Repetitions();
  private @Nullable Handover handover;
  private boolean asked;
  private boolean open;
  private volatile boolean gone;
  private boolean dirty;
  private int pending;
  private long pendingBytes;

  /// Takes a lane.
  ///
  /// @param assignment counts assignments of lanes to this worker
  /// @param end where it ended when it was assigned: jobs below may have been begun by a former
  ///   owner
  Lane(
      int number,
      long assignment,
      OffsetTracker tracker,
      long end,
      AdmissionQueue<JobTicket> queue,
      QuotaClock clock) {
    this.number = number;
    this.assignment = assignment;
    this.tracker = tracker;
    this.end = end;
    this.queue = queue;
    this.clock = clock;
  }

  int number() {
    return number;
  }

  long assignment() {
    return assignment;
  }

  OffsetTracker tracker() {
    return tracker;
  }

  void took(JobTicket ticket) {
    pending++;
    pendingBytes += ticket.bytes();
  }

  void finish(JobTicket ticket) {
    tracker.finish(ticket.offset());
    pending--;
    pendingBytes -= ticket.bytes();
    dirty = true;
  }

  /// Whether more jobs are to be read; a paused lane is read again at half of what pauses it.
  boolean wantsMore(boolean paused) {
    int part = paused ? 2 : 1;
    return pending < MOST_PENDING / part
        && pendingBytes < MOST_PENDING_BYTES / part
        && tracker.span() < OffsetTracker.WINDOW;
  }

  /// Whether jobs may be started.
  boolean open() {
    return open;
  }

  Repetitions repetitions() {
    return repetitions;
  }

  /// Keeps a job until it is known what former owners reported.
  void hold(JobTicket ticket) {
    held.add(ticket);
  }

  /// Whether all that lay on it when it was assigned was read.
  boolean readToTheEnd() {
    return tracker.position() >= end;
  }

  /// Whether it is to be asked now what former owners reported; once.
  boolean ask() {
    boolean first = !asked;
    asked = true;
    return first;
  }

  /// Opens the lane: what former owners reported is known.
  ///
  /// @return the jobs that were held
  List<JobTicket> open(Handover known, Instant now) {
    open = true;
    handover = known;
    for (Handover.Made call : known.made(now)) {
      madeElsewhere(call.account(), call.tokens(), call.spent(), call.at());
    }
    for (Handover.Started call : known.running(now)) {
      countElsewhere(call.account(), call.attempt(), call.tokens(), call.deadline());
    }
    List<JobTicket> released = List.copyOf(held);
    held.clear();
    return released;
  }

  @Nullable Handover handover() {
    return handover;
  }

  /// Whether a former owner reported that a job is done.
  boolean finishedElsewhere(JobTicket ticket) {
    return handover != null && handover.finished(ticket.attempt());
  }

  /// Keeps a job if a former owner still goes on with it.
  boolean parked(JobTicket ticket, Instant now) {
    if (!tracker.runsElsewhere(ticket.offset())) {
      return false;
    }
    Handover.Started begun = handover == null ? null : handover.started(ticket.attempt());
    Instant until = begun == null ? ticket.job().deadline() : begun.deadline();
    if (!until.isAfter(now)) {
      tracker.notElsewhere(ticket.offset());
      return false;
    }
    park(ticket, begun == null ? null : begun.worker(), until);
    return true;
  }

  /// Keeps a job while a former owner goes on with it.
  ///
  /// @param worker the former owner; null if it is not known
  private void park(JobTicket ticket, @Nullable String worker, Instant deadline) {
    parked.put(ticket.attempt(), new Parked(ticket, worker, deadline.plus(REPORT_GRACE)));
    AccountId account = ticket.account();
    if (account != null) {
      countElsewhere(account, ticket.attempt(), ticket.tokens(), deadline);
    }
  }

  /// Takes in a further event of a lane that was taken over.
  ///
  /// @return the job it finishes, if that was parked
  @Nullable JobTicket reported(AttemptEvent event, Instant now) {
    boolean news = handover != null && handover.apply(event);
    return switch (event) {
      case AttemptEvent.AttemptStarted e -> {
        Parked known = parked.get(e.attempt());
        if (known != null) {
          park(known.ticket(), e.worker(), e.deadline());
        } else if (news && handover != null && handover.elsewhere(e)) {
          madeElsewhere(e.account(), e.estimatedTokens(), Spent.UNKNOWN, now);
        } else if (handover != null && !handover.elsewhere(e)) {
          repetitions.started(e);
        }
        yield null;
      }
      case AttemptEvent.AttemptFinished e ->
          endedElsewhere(e.attempt(), Spent.of(e.called(), e.outcome()), e.at());
    };
  }

  /// A former owner's attempt has ended.
  ///
  /// @return its job, if it was parked
  @Nullable JobTicket endedElsewhere(AttemptId attempt, Spent spent, Instant at) {
    Elsewhere counted = elsewhere.remove(attempt);
    if (counted != null) {
      queue.endsElsewhere(counted.account(), attempt, spent, clock.of(at));
    }
    Parked was = parked.remove(attempt);
    return was == null ? null : was.ticket();
  }

  /// Another worker made a call.
  private void madeElsewhere(AccountId account, long tokens, Spent spent, Instant at) {
    accounts.add(account);
    queue.wasMadeElsewhere(account, tokens, spent, clock.of(at));
  }

  /// Jobs whose attempt elsewhere has passed its deadline and was not reported: to be made here.
  List<JobTicket> overdue(Instant now) {
    elsewhere.values().removeIf(attempt -> !attempt.until().isAfter(now));
    List<JobTicket> late = unpark(p -> !p.until().isAfter(now));
    repetitions.overdue(now);
    if (parked.isEmpty() && elsewhere.isEmpty() && repetitions.none() && readToTheEnd()) {
      handover = null;
    }
    return late;
  }

  /// Former owners that go on with jobs.
  Set<String> awaited() {
    return parked.values().stream()
        .map(Parked::worker)
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }

  /// Jobs that these workers no longer go on with: to be made here.
  List<JobTicket> unpark(Set<String> workers) {
    return unpark(p -> p.worker() != null && workers.contains(p.worker()));
  }

  private List<JobTicket> unpark(Predicate<Parked> which) {
    List<JobTicket> out = parked.values().stream().filter(which).map(Parked::ticket).toList();
    for (JobTicket ticket : out) {
      parked.remove(ticket.attempt());
      tracker.notElsewhere(ticket.offset());
    }
    return out;
  }

  private void countElsewhere(AccountId account, AttemptId attempt, long tokens, Instant until) {
    accounts.add(account);
    elsewhere.put(attempt, new Elsewhere(account, until));
    queue.runsElsewhere(account, attempt, tokens, clock.of(until));
  }

  /// Whether what former owners report matters.
  boolean followsOutcomes() {
    return open ? handover != null : asked;
  }

  /// Jobs read that neither run nor wait for their account.
  int waiting() {
    return held.size() + parked.size();
  }

  /// The lane is no longer this worker's.
  void leave() {
    gone = true;
    accounts.forEach(queue::forgetOthers);
  }

  /// Whether it went away. Any thread.
  boolean gone() {
    return gone;
  }

  void changed() {
    dirty = true;
  }

  /// Whether its position changed since this was asked last.
  boolean takeChanged() {
    boolean changed = dirty;
    dirty = false;
    return changed;
  }

  /// Where it stands.
  ///
  /// @param goingOn offsets whose attempts go on here though the lane goes away
  Position position(Iterable<Long> goingOn) {
    return new Position(tracker.committed(), tracker.metadata(goingOn).encode());
  }

  /// What is committed for a lane.
  record Position(long offset, String metadata) {}
}
