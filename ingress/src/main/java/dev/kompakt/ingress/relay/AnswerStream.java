package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.upstream.UsageHeaders;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.ingress.park.ClientGoneException;
import dev.kompakt.ingress.park.Passage;
import dev.kompakt.ingress.relay.Upstreams.Reply.Answer;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/// One answer on its way from upstream to the client: read and written piece by piece, each as soon
/// as it is there, holding no more than one.
final class AnswerStream implements Runnable {
  /// How a turn ended whose client left.
  static final String GONE = "gone";

  private static final int PIECE_BYTES = 32 * 1024;
  private static final Duration SHORTEST_LOOK = Duration.ofMillis(10);
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);

  private final Settings settings;
  private final Passage passage;
  private final Call call;
  private final Answer answer;
  private final long beganNanos = System.nanoTime();

  /// Since when upstream is waited for; null while it is the client that is.
  private volatile @Nullable Long waitingSince;

  /// Why the answer was given up here; null while it was not.
  private volatile @Nullable Cause givenUp;

  /// What all answers share.
  ///
  /// @param idle how long upstream may be silent
  /// @param longest how long an answer may take in all
  record Settings(
      Duration idle, Duration longest, TurnReports reports, Meters meters, InstantSource clock) {}

  AnswerStream(Settings settings, Passage passage, Call call, Answer answer) {
    this.settings = settings;
    this.passage = passage;
    this.call = call;
    this.answer = answer;
  }

  /// Passes it on, and counts how the turn ended.
  ///
  /// @throws RuntimeException for a fault of ours, which is for the caller to count
  @Override
  public void run() {
    String type = answer.headers().firstValue("content-type").orElse("application/json");
    UsageReadings readings = new UsageReadings(settings.clock(), this::implausible);
    UsageHeaders.read(answer.headers()::firstValue, readings);
    UsageTap tap = new UsageTap(type.startsWith("text/event-stream"), readings);
    String ending = null;
    Outcome broken = null;
    ScheduledFuture<?> watch = watch();
    try (InputStream body = answer.body()) {
      pass(body, type, tap);
      tap.ended();
      passage.end(answer.status());
      ending = "answered";
    } catch (ClientGoneException | InterruptedException e) {
      ending = GONE;
      passage.breakOff(answer.status());
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        ending = GONE;
      } else {
        Cause cause = givenUp;
        ending = "broken";
        broken =
            new Outcome.Transient(
                cause == null ? Cause.CONNECTION_LOST : cause, answer.status(), null);
      }
      passage.breakOff(502);
    } finally {
      watch.cancel(false);
      if (ending != null) {
        settings.meters().count(Meter.TURNS, ending);
      }
      settings
          .reports()
          .report(
              call.report(
                  answer.status(),
                  tap.usage(),
                  readings.all(),
                  broken,
                  settings.clock().instant()));
    }
  }

  private void pass(InputStream body, String type, UsageTap tap)
      throws IOException, InterruptedException {
    long length = answer.headers().firstValueAsLong("content-length").orElse(-1);
    OutputStream out = open(TurnHeaders.plain(type) ? type : "application/json", length);
    byte[] piece = new byte[PIECE_BYTES];
    for (int read = next(body, piece); read >= 0; read = next(body, piece)) {
      out.write(piece, 0, read);
      if (length < 0) {
        // with a known length the last flush would end the exchange, which is the passage's to do
        out.flush();
      }
      tap.passed(piece, 0, read);
    }
  }

  private int next(InputStream body, byte[] piece) throws IOException {
    waitingSince = System.nanoTime();
    int read = body.read(piece);
    waitingSince = null;
    if (givenUp != null) {
      // what was closed under its reader may look as if it had ended
      throw new IOException("given up");
    }
    return read;
  }

  private OutputStream open(String type, long length) throws IOException, InterruptedException {
    Map<String, List<String>> headers = TurnHeaders.toClient(answer.headers());
    answer
        .headers()
        .firstValue(TurnHeaders.TURN_STATE)
        .filter(TurnHeaders::plain)
        .ifPresent(
            value ->
                headers.put(
                    TurnHeaders.TURN_STATE,
                    List.of(new TurnState(call.seat().mark(), value).toString())));
    settings
        .meters()
        .record(Meter.TURN_FIRST_BYTE, Duration.between(call.began(), settings.clock().instant()));
    return passage.open(answer.status(), headers, type, length);
  }

  private ScheduledFuture<?> watch() {
    Duration quarter = settings.idle().dividedBy(4);
    return Clockwork.every(
        quarter.compareTo(SHORTEST_LOOK) < 0
            ? SHORTEST_LOOK
            : quarter.compareTo(LONGEST_LOOK) > 0 ? LONGEST_LOOK : quarter,
        () -> {
          long now = System.nanoTime();
          Long since = waitingSince;
          if (now - beganNanos > settings.longest().toNanos()) {
            giveUp(Cause.TOTAL_TIMEOUT);
          } else if (since != null && now - since > settings.idle().toNanos()) {
            giveUp(Cause.IDLE_TIMEOUT);
          }
        });
  }

  private void giveUp(Cause cause) {
    if (givenUp == null) {
      givenUp = cause;
      Clockwork.close(answer.body());
    }
  }

  private void implausible() {
    settings.meters().count(Meter.IMPLAUSIBLE_USAGE, call.seat().id().value());
  }
}
