package dev.kompakt.ingress.park;

import dev.kompakt.ingress.answer.StatusEvents;
import dev.kompakt.ingress.publish.Acceptance;
import dev.kompakt.ingress.publish.StatusFeed;
import dev.kompakt.schemas.record.CompactionStatus;
import org.jspecify.annotations.Nullable;

/// One client following a compaction's events. A client that reads slowly gets the newest status,
/// not every one. Belongs to the exchange's I/O thread.
final class EventStream {
  private final Parking parking;
  private final Request request;
  private final Acceptance.Accepted accepted;
  private final byte[] first;
  private final Line line;
  private final DisconnectWatch watch;
  private final long endNanos;
  private long seen;
  private boolean ended;
  private @Nullable CompactionStatus next;
  private StatusFeed.@Nullable Follower follower;
  private Wheel.@Nullable Timer beat;

  EventStream(
      Parking parking, Request request, Acceptance.Accepted accepted, byte[] first, long seen) {
    this.parking = parking;
    this.request = request;
    this.accepted = accepted;
    this.first = first;
    this.seen = seen;
    line = new Line(request.exchange(), this::gone);
    watch = new DisconnectWatch(request.exchange(), this::gone);
    endNanos = System.nanoTime() + parking.timing.longest().toNanos();
  }

  void start() {
    parking.entered();
    request.onShutdown(this::finish);
    watch.start();
    if (ended) {
      return;
    }
    line.open(200, StatusEvents.CONTENT_TYPE, "no-cache, no-transform", -1);
    line.send(first);
    beat =
        parking.wheel(request).after(parking.timing.every().toNanos(), request.guarded(this::beat));
    follower = parking.feed.follow(accepted.compaction(), new Listener());
    CompactionStatus known = parking.statuses.find(accepted.compaction());
    if (known != null) {
      heard(known);
    } else if (parking.feed.isUnreadable(accepted.compaction())) {
      finish();
    }
  }

  private final class Listener implements StatusFeed.Listener {
    @Override
    public void changed(CompactionStatus status) {
      request.onIoThread(() -> heard(status));
    }

    @Override
    public void unreadable() {
      request.onIoThread(EventStream.this::finish);
    }
  }

  private void heard(CompactionStatus status) {
    if (ended || !accepted.concerns(status) || (status.sequence() <= seen && !status.ended())) {
      return;
    }
    next = status;
    tell();
  }

  private void tell() {
    CompactionStatus status = next;
    if (status == null) {
      return;
    }
    if (status.ended()) {
      end(StatusEvents.frame(status));
    } else if (!line.busy()) {
      next = null;
      seen = status.sequence();
      line.send(StatusEvents.frame(status));
    }
  }

  private void beat() {
    if (ended) {
      return;
    }
    if (line.stalled(parking.timing.stall().toNanos())) {
      gone();
      return;
    }
    if (System.nanoTime() - endNanos > 0) {
      finish();
      return;
    }
    if (!line.busy() && next == null) {
      line.send(StatusEvents.beat());
      request.beat();
    }
    tell();
    if (!ended) {
      beat =
          parking
              .wheel(request)
              .after(parking.timing.every().toNanos(), request.guarded(this::beat));
    }
  }

  /// Ends the stream before the compaction has: the client is to come back.
  private void finish() {
    if (!ended) {
      end(new byte[0]);
    }
  }

  private void end(byte[] last) {
    leave();
    line.endWithin(parking.timing.stall().toMillis());
    line.end(last, () -> request.finish(200, Request.Ending.ANSWERED));
  }

  private void gone() {
    if (!ended) {
      leave();
      Line.cut(request.exchange());
    }
    request.gone();
  }

  private void leave() {
    ended = true;
    watch.stop();
    if (beat != null) {
      beat.cancel();
    }
    if (follower != null) {
      follower.close();
      follower = null;
    }
    parking.left();
  }
}
