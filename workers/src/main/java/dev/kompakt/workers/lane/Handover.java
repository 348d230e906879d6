package dev.kompakt.workers.lane;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.workers.quota.Spent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What was reported of the attempts of a lane that was taken over: a fold over their events, in
/// which repeated and late events change nothing. Pure.
final class Handover {
  /// An attempt that started and is not known to have finished.
  ///
  /// @param worker that started it last
  /// @param tokens as estimated
  /// @param workers that started it; more than one if they died of it
  record Started(
      AttemptId attempt,
      String worker,
      AccountId account,
      long tokens,
      Instant deadline,
      int workers) {}

  /// A call that another worker made and no longer makes.
  ///
  /// @param tokens as estimated
  /// @param at by then it had arrived, if it ever did
  record Made(AccountId account, long tokens, Spent spent, Instant at) {}

  private record Start(
      String worker, Instant at, AccountId account, long tokens, Instant deadline) {}

  private record Finish(String worker, Instant at, Spent spent) {}

  /// What is known of one attempt, its starts in the order of time.
  private static final class Course {
    final List<Start> starts = new ArrayList<>();
    @Nullable Finish finish;
  }

  private final String here;
  private final boolean alone;
  private final Map<AttemptId, Course> courses = new HashMap<>();

  /// Begins one that knows of nothing.
  ///
  /// @param here this worker's name; what it does itself it knows without being told
  /// @param alone whether no other worker can be there, so that the calls of others are gone
  Handover(String here, boolean alone) {
    this.here = here;
    this.alone = alone;
  }

  /// Takes in an event.
  ///
  /// @return whether it was news
  boolean apply(AttemptEvent event) {
    Course course = courses.computeIfAbsent(event.attempt(), attempt -> new Course());
    return switch (event) {
      case AttemptEvent.AttemptFinished e -> {
        boolean news = course.finish == null;
        if (news) {
          course.finish = new Finish(e.worker(), e.at(), Spent.of(e.called(), e.outcome()));
        }
        yield news;
      }
      case AttemptEvent.AttemptStarted e -> {
        Start start = new Start(e.worker(), e.at(), e.account(), e.estimatedTokens(), e.deadline());
        boolean news = !course.starts.contains(start);
        if (news) {
          course.starts.add(start);
          course.starts.sort(Comparator.comparing(Start::at));
        }
        yield news;
      }
    };
  }

  /// Whether somebody began the attempt who may still report an outcome of it.
  boolean contested(AttemptId attempt) {
    return !alone && started(attempt) != null;
  }

  boolean finished(AttemptId attempt) {
    Course course = courses.get(attempt);
    return course != null && course.finish != null;
  }

  /// The attempt if it started and did not finish.
  @Nullable Started started(AttemptId attempt) {
    Course course = courses.get(attempt);
    if (course == null || course.finish != null || course.starts.isEmpty()) {
      return null;
    }
    Start last = course.starts.getLast();
    Instant deadline =
        course.starts.stream().map(this::until).max(Comparator.naturalOrder()).orElseThrow();
    // one worker starts twice if its first credential was refused
    int workers = (int) course.starts.stream().map(Start::worker).distinct().count();
    return new Started(attempt, last.worker(), last.account(), last.tokens(), deadline, workers);
  }

  /// All that another worker started, did not finish and may still run.
  List<Started> running(Instant now) {
    List<Started> running = new ArrayList<>();
    courses.forEach(
        (attempt, course) -> {
          Started started = started(attempt);
          if (started != null
              && elsewhere(course.starts.getLast())
              && started.deadline().isAfter(now)) {
            running.add(started);
          }
        });
    return running;
  }

  /// The calls of other workers that are no longer running.
  List<Made> made(Instant now) {
    List<Made> made = new ArrayList<>();
    for (Course course : courses.values()) {
      for (int i = 0; i < course.starts.size(); i++) {
        Start start = course.starts.get(i);
        boolean last = i == course.starts.size() - 1;
        Instant next = last ? null : course.starts.get(i + 1).at();
        if (elsewhere(start) && (next != null || course.finish != null || !mayRun(start, now))) {
          made.add(made(start, next, course.finish, now));
        }
      }
    }
    return made;
  }

  private Made made(Start start, @Nullable Instant next, @Nullable Finish finish, Instant now) {
    if (next == null && finish != null && finish.worker().equals(start.worker())) {
      return new Made(start.account(), start.tokens(), finish.spent(), finish.at());
    }
    // its worker is gone or gave it up; another went on with the attempt, or is about to
    Instant at = next != null ? next : finish != null ? finish.at() : now;
    return new Made(start.account(), start.tokens(), Spent.UNKNOWN, at);
  }

  /// Whether another worker tells of a call of its own.
  boolean elsewhere(AttemptEvent.AttemptStarted start) {
    return !start.worker().equals(here);
  }

  private boolean elsewhere(Start start) {
    return !start.worker().equals(here);
  }

  private boolean mayRun(Start start, Instant now) {
    return until(start).isAfter(now);
  }

  /// The call of a worker that is gone has gone with it.
  private Instant until(Start start) {
    return alone && elsewhere(start) ? start.at() : start.deadline();
  }
}
