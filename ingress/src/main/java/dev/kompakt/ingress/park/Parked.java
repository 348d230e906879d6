package dev.kompakt.ingress.park;

import dev.kompakt.ingress.answer.AnswerForm;
import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.ingress.publish.Acceptance;
import dev.kompakt.ingress.publish.StatusFeed;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One request waiting for its compaction.
///
/// ```
///   WAITING ──completed──▶ PREPARING ──the answer can be read──▶ ANSWERING ──written──▶ ENDED
///      │                       │                                     │
///      └── failed, cancelled, deadline, shutdown, client gone ───────┴──────────────▶ ENDED
/// ```
///
/// Keepalives beat while waiting and preparing; the first commits the status. Until then a failure
/// has its true status; afterwards it is told as the form tells it, or breaks the body. Belongs to
/// the exchange's I/O thread, but for [#takeOver], [#written] and [#answerFailed].
final class Parked {
  private final Parking parking;
  private final Request request;
  private final Acceptance.Accepted accepted;
  private final AnswerForm form;
  private final Line line;
  private final DisconnectWatch watch;
  private Phase phase = Phase.WAITING;
  private StatusFeed.@Nullable Follower follower;
  private Wheel.@Nullable Timer beat;
  private Wheel.@Nullable Timer deadline;
  private @Nullable AnswerSink sink;

  private enum Phase {
    WAITING,
    PREPARING,
    ANSWERING,
    ENDED
  }

  Parked(Parking parking, Request request, Acceptance.Accepted accepted, AnswerForm form) {
    this.parking = parking;
    this.request = request;
    this.accepted = accepted;
    this.form = form;
    line = new Line(request.exchange(), this::gone);
    watch = new DisconnectWatch(request.exchange(), this::gone);
  }

  void start() {
    parking.entered();
    request.onShutdown(this::shutDown);
    watch.start();
    if (phase == Phase.ENDED) {
      return;
    }
    long first = parking.timing.firstAfter().toNanos() - request.nanosSinceBody();
    beat = parking.wheel(request).after(first, request.guarded(this::beat));
    deadline =
        parking
            .wheel(request)
            .after(parking.timing.longest().toNanos(), request.guarded(this::timedOut));
    follower = parking.feed.follow(accepted.compaction(), new Listener());
    CompactionStatus known = parking.statuses.find(accepted.compaction());
    if (known != null) {
      heard(known);
    } else if (parking.feed.isUnreadable(accepted.compaction())) {
      unreadable();
    }
  }

  private final class Listener implements StatusFeed.Listener {
    @Override
    public void changed(CompactionStatus status) {
      request.onIoThread(() -> heard(status));
    }

    @Override
    public void unreadable() {
      request.onIoThread(Parked.this::unreadable);
    }
  }

  private void heard(CompactionStatus status) {
    if (phase != Phase.WAITING || !accepted.concerns(status)) {
      return;
    }
    switch (status.completion()) {
      case null -> {}
      case Completion.Completed completed -> {
        phase = Phase.PREPARING;
        unfollow();
        parking.threads.execute(new AnswerTask(parking, this, form, completed.result()));
      }
      case Completion.Failed(var failure) -> fail(ApiError.of(failure));
      case Completion.Cancelled _ ->
          fail(ApiError.invalid(400, "compaction_cancelled", "The compaction was cancelled."));
    }
  }

  private void beat() {
    if (phase != Phase.WAITING && phase != Phase.PREPARING) {
      return;
    }
    if (line.stalled(parking.timing.stall().toNanos())) {
      gone();
      return;
    }
    if (!line.isOpen()) {
      line.open(200, form.contentType(), "no-cache, no-transform", -1);
      byte[] preface = form.preface();
      line.send(preface.length > 0 ? preface : form.beat());
      request.beat();
    } else if (!line.busy()) {
      line.send(form.beat());
      request.beat();
    }
    if (phase != Phase.ENDED) {
      beat =
          parking
              .wheel(request)
              .after(parking.timing.every().toNanos(), request.guarded(this::beat));
    }
  }

  /// Gives the response to a virtual thread that has the answer ready. Fails if there is nobody
  /// left to answer.
  CompletableFuture<AnswerSink> takeOver(AnswerForm.Rendition rendition) {
    CompletableFuture<AnswerSink> taken = new CompletableFuture<>();
    request.onIoThread(() -> takeOver(rendition, taken));
    return taken;
  }

  private void takeOver(AnswerForm.Rendition rendition, CompletableFuture<AnswerSink> taken) {
    if (phase == Phase.PREPARING) {
      watch.stop();
      byte[] preface = {};
      if (!line.isOpen()) {
        preface = form.preface();
        long length = rendition.length() < 0 ? -1 : preface.length + rendition.length();
        line.open(200, form.contentType(), "no-cache, no-transform", length);
      }
      if (phase == Phase.PREPARING) {
        phase = Phase.ANSWERING;
        cancelTimers();
        Line.Handover handover = line.handOver();
        AnswerSink given =
            new AnswerSink(handover, preface, parking.timing.stall(), parking.timing.write());
        sink = given;
        taken.complete(given);
        return;
      }
    }
    taken.completeExceptionally(new ClientGoneException("the client has left"));
  }

  /// The whole answer has been written.
  void written() {
    request.onIoThread(
        () -> {
          if (phase == Phase.ANSWERING) {
            leave();
            line.takeBack();
            line.endWithin(parking.timing.stall().toMillis());
            line.end(new byte[0], () -> request.finish(200, Request.Ending.ANSWERED));
          }
        });
  }

  /// The answer cannot be read, or not written to its end.
  ///
  /// @param error null if it is the client that is lost
  void answerFailed(@Nullable ApiError error) {
    request.onIoThread(
        () -> {
          if (error == null) {
            gone();
          } else {
            fail(error);
          }
        });
  }

  private void unreadable() {
    if (phase == Phase.WAITING) {
      fail(ApiError.statusUnreadable());
    }
  }

  private void timedOut() {
    fail(
        new ApiError(
            504,
            ApiError.SERVER_ERROR,
            "compaction_timed_out",
            "The compaction did not end in time.",
            null,
            null));
  }

  private void shutDown() {
    fail(ApiError.shuttingDown());
  }

  private void fail(ApiError error) {
    if (phase == Phase.ENDED) {
      return;
    }
    boolean midAnswer = phase == Phase.ANSWERING;
    leave();
    byte[] told = midAnswer ? null : form.failure(error);
    if (!line.isOpen()) {
      Replies.error(request, error);
    } else if (told == null) {
      line.cut();
      request.finish(error.status(), Request.Ending.FAILED_LATE);
    } else {
      line.endWithin(parking.timing.stall().toMillis());
      line.end(told, () -> request.finish(error.status(), Request.Ending.FAILED_LATE));
    }
  }

  private void gone() {
    if (phase == Phase.ENDED) {
      request.gone();
      return;
    }
    leave();
    Line.cut(request.exchange());
    request.gone();
  }

  private void leave() {
    phase = Phase.ENDED;
    unfollow();
    cancelTimers();
    watch.stop();
    if (sink != null) {
      sink.abort();
    }
    parking.left();
  }

  private void unfollow() {
    if (follower != null) {
      follower.close();
      follower = null;
    }
  }

  private void cancelTimers() {
    if (beat != null) {
      beat.cancel();
    }
    if (deadline != null) {
      deadline.cancel();
    }
  }
}
