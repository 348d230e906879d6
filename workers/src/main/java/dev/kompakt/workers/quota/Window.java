package dev.kompakt.workers.quota;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The calls that may lie in one minute of an account's provider with a call made now. A call is
/// one of them from its start until a minute after the last moment at which it can have arrived.
final class Window {
  static final Duration LENGTH = Duration.ofMinutes(1);

  /// One call's part in it.
  static final class Part {
    private final long number;
    private final boolean here;
    private long tokens;
    private @Nullable Instant until;
    private boolean over;

    private Part(long number, boolean here, long tokens) {
      this.number = number;
      this.here = here;
      this.tokens = tokens;
    }

    private Instant until() {
      return until == null ? Instant.MAX : until;
    }

    long tokens() {
      return tokens;
    }
  }

  /// What is free at a moment; below zero where calls came to more than was estimated.
  record Room(long requests, long tokens) {
    boolean holds(long moreRequests, long moreTokens) {
      return moreRequests <= requests && moreTokens <= tokens;
    }
  }

  private final Limits limits;
  private final NavigableSet<Part> leaving =
      new TreeSet<>(Comparator.comparing(Part::until).thenComparingLong(part -> part.number));
  private long numbers;
  private long requests;
  private long tokens;

  Window(Limits limits) {
    this.limits = limits;
  }

  /// Counts a call from now on.
  ///
  /// @param here whether it is made here, not by another worker
  Part count(long ofTokens, boolean here) {
    requests++;
    tokens += ofTokens;
    return new Part(++numbers, here, ofTokens);
  }

  /// A call comes to so many tokens.
  void spent(Part part, long ofTokens) {
    if (!part.over) {
      tokens += ofTokens - part.tokens;
      part.tokens = ofTokens;
    }
  }

  /// A call has arrived, or will have, by then at the latest.
  void arrived(Part part, Instant latest) {
    Instant until = latest.plus(LENGTH);
    if (!part.over && until.isBefore(part.until())) {
      leaving.remove(part);
      part.until = until;
      leaving.add(part);
    }
  }

  /// A call never arrives.
  void forget(Part part) {
    if (!part.over) {
      leaving.remove(part);
      leave(part);
    }
  }

  /// Forgets the calls of other workers.
  void forgetOthers() {
    leaving.removeIf(
        part -> {
          if (!part.here) {
            leave(part);
          }
          return !part.here;
        });
  }

  private void leave(Part part) {
    part.over = true;
    requests--;
    tokens -= part.tokens;
  }

  /// Lets go of the calls whose minute has passed.
  void advance(Instant now) {
    while (!leaving.isEmpty() && !leaving.first().until().isAfter(now)) {
      leave(leaving.removeFirst());
    }
  }

  boolean isEmpty() {
    return requests == 0;
  }

  Room room() {
    return new Room(limits.requests() - requests, limits.tokens() - tokens);
  }

  /// What will be free at a moment to come, if nothing more is started.
  Room roomAt(Instant then) {
    Room room = room();
    for (Part part : leaving) {
      if (part.until().isAfter(then)) {
        break;
      }
      room = new Room(room.requests + 1, room.tokens + part.tokens);
    }
    return room;
  }

  /// When there will be room for so much, if nothing more is started; null if that is not known.
  @Nullable Instant roomFor(long moreRequests, long moreTokens) {
    Room room = room();
    for (Part part : leaving) {
      room = new Room(room.requests + 1, room.tokens + part.tokens);
      if (room.holds(moreRequests, moreTokens)) {
        return part.until();
      }
    }
    return null;
  }
}
