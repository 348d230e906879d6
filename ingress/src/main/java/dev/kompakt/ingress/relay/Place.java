package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.bootstrap.route.Routing;
import dev.kompakt.bootstrap.route.Standing;
import java.util.concurrent.atomic.AtomicBoolean;

/// Room for one call at an account. Given back once, however often it is closed. Thread-safe.
final class Place implements AutoCloseable {
  private final Accounts accounts;
  private final Seat seat;
  private final Routing.Reason reason;
  private final boolean away;
  private final AtomicBoolean closed = new AtomicBoolean();

  Place(Accounts accounts, Seat seat, Routing.Reason reason, boolean away) {
    this.accounts = accounts;
    this.seat = seat;
    this.reason = reason;
    this.away = away;
  }

  Seat seat() {
    return seat;
  }

  /// Why the account was taken.
  Routing.Reason reason() {
    return reason;
  }

  /// Whether it is here only because there was no room where the session stays.
  boolean away() {
    return away;
  }

  /// The account has answered.
  void answered() {
    accounts.note(seat.id(), Standing::succeeded);
  }

  /// The account is to be left alone for a while.
  void rest(Pause pause) {
    accounts.note(seat.id(), standing -> standing.paused(pause));
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      accounts.leave(seat.id());
    }
  }
}
