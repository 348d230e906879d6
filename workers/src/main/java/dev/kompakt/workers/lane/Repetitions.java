package dev.kompakt.workers.lane;

import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.record.AttemptEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Attempts of a lane that were begun by a worker who may not be as dead as the group thinks, and
/// are made here too. What that worker reported after its reports were read back, and before the
/// one that the attempt begins here, shows when this one is read: reports of an attempt are in
/// order. Until then no call is made. Guarded by [Lanes].
final class Repetitions {
  /// An outcome that cannot be read in that time is not waited for: the call may be a repeated one.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Map<AttemptId, JobTicket> open = new HashMap<>();
  private final Map<AttemptId, Instant> begun = new HashMap<>();

  /// A job waits to be made again.
  void add(JobTicket ticket) {
    ticket.contest();
    open.put(ticket.attempt(), ticket);
  }

  /// Its attempt runs from now on.
  void begin(JobTicket ticket, Instant now) {
    if (open.containsKey(ticket.attempt())) {
      // as precise as times in records are at least
      begun.put(ticket.attempt(), now.truncatedTo(ChronoUnit.MILLIS));
    }
  }

  /// This worker's report that an attempt begins was read.
  void started(AttemptEvent.AttemptStarted event) {
    Instant since = begun.get(event.attempt());
    if (since != null && !event.at().isBefore(since)) {
      forget(event.attempt());
    }
  }

  /// An outcome was read.
  ///
  /// @return the job of it, if its attempt runs here and has not made its call: none is needed
  @Nullable JobTicket finished(AttemptId attempt) {
    boolean runs = begun.remove(attempt) != null;
    JobTicket ticket = open.remove(attempt);
    return runs ? ticket : null;
  }

  /// Lets those go that have waited for too long.
  void overdue(Instant now) {
    begun.entrySet().stream()
        .filter(attempt -> !attempt.getValue().plus(PATIENCE).isAfter(now))
        .map(Map.Entry::getKey)
        .toList()
        .forEach(this::forget);
  }

  /// Nothing is to be found out of this attempt any more.
  void forget(AttemptId attempt) {
    begun.remove(attempt);
    JobTicket ticket = open.remove(attempt);
    if (ticket != null) {
      ticket.uncontested();
    }
  }

  boolean none() {
    return open.isEmpty();
  }
}
