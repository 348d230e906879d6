package dev.kompakt.ingress.park;

import dev.kompakt.ingress.answer.ApiError;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A response that one virtual thread passes on as it comes. Its client is watched from the start,
/// so that work for one who has left can be stopped.
///
/// Ends once: by [#end], [#breakOff] or [#error], or because the client left or this ingress shuts
/// down.
public final class Passage {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int COMMITTED = 200;

  private final Request request;
  private final Duration stall;
  private final Duration longest;
  private final Runnable onGone;
  private final Line line;
  private final DisconnectWatch watch;
  private boolean ended;
  private @Nullable AnswerSink sink;
  private long length = -1;
  private boolean left;

  Passage(Request request, Duration stall, Duration longest, Runnable onGone) {
    this.request = request;
    this.stall = stall;
    this.longest = longest;
    this.onGone = onGone;
    line = new Line(request.exchange(), this::gone);
    watch = new DisconnectWatch(request.exchange(), this::gone);
  }

  void start() {
    request.onShutdown(this::shutDown);
    watch.start();
  }

  /// Commits status and headers, and gives the body to write. Whatever is written leaves with the
  /// next flush.
  ///
  /// @param headers to go with it
  /// @param length bytes of the body; -1 if not known
  /// @throws ClientGoneException if there is nobody left to write to
  public OutputStream open(
      int status, Map<String, List<String>> headers, String contentType, long length)
      throws IOException, InterruptedException {
    CompletableFuture<AnswerSink> opened = new CompletableFuture<>();
    request.onIoThread(
        () -> {
          if (!ended) {
            add(headers);
            line.open(status, contentType, "no-cache, no-transform", length);
          }
          if (ended) {
            opened.completeExceptionally(new ClientGoneException("the client has left"));
          } else {
            AnswerSink given = new AnswerSink(line.handOver(), new byte[0], stall, longest);
            sink = given;
            this.length = length;
            opened.complete(given);
          }
        });
    try {
      return opened.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new ClientGoneException("the client has left");
    }
  }

  /// All of the body has been written.
  public void end(int status) {
    request.onIoThread(
        () -> {
          if (leave()) {
            if (left) {
              line.cut();
              request.finish(status, Request.Ending.ANSWERED);
              return;
            }
            line.takeBack();
            line.endWithin(stall.toMillis());
            line.end(new byte[0], () -> request.finish(status, Request.Ending.ANSWERED));
          }
        });
  }

  /// The rest of the body will not come: no client must take what it has for all of it.
  public void breakOff(int status) {
    request.onIoThread(
        () -> {
          if (leave()) {
            line.cut();
            if (left) {
              request.gone();
            } else {
              request.finish(status, Request.Ending.FAILED_LATE);
            }
          }
        });
  }

  /// There is no body, but this.
  public void error(int status, Map<String, List<String>> headers, byte[] json) {
    request.onIoThread(
        () -> {
          if (leave()) {
            if (!line.isOpen()) {
              add(headers);
            }
            Replies.json(request, status, json);
          }
        });
  }

  private void add(Map<String, List<String>> headers) {
    headers.forEach(
        (name, values) ->
            request.exchange().getResponseHeaders().addAll(new HttpString(name), values));
  }

  private void shutDown() {
    if (leave()) {
      if (line.isOpen()) {
        line.cut();
        request.finish(COMMITTED, Request.Ending.FAILED_LATE);
      } else {
        Replies.error(request, ApiError.shuttingDown());
      }
      onGone.run();
    }
  }

  private void gone() {
    AnswerSink given = sink;
    if (!ended && given != null && length >= 0 && given.begun() == length) {
      // A client that has all of it may close the connection at once. Whether it has, its writer
      // is about to say.
      left = true;
      given.abort();
      return;
    }
    if (leave()) {
      Line.cut(request.exchange());
      onGone.run();
    }
    request.gone();
  }

  private boolean leave() {
    if (ended) {
      return false;
    }
    ended = true;
    watch.stop();
    if (sink != null) {
      sink.abort();
    }
    return true;
  }
}
