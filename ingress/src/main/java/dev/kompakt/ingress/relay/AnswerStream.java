package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.upstream.UsageHeaders;
import dev.kompakt.ingress.park.ClientGoneException;
import dev.kompakt.ingress.park.Passage;
import dev.kompakt.ingress.park.Request;
import dev.kompakt.ingress.relay.Upstreams.Reply.Answer;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.UsageReading;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One answer on its way from upstream to the client: read and written piece by piece, each as soon
/// as it is there, holding no more than one.
final class AnswerStream implements Runnable {
  private static final int PIECE_BYTES = 32 * 1024;
  private static final HttpString TURN_STATE = new HttpString(TurnHeaders.TURN_STATE);

  /// Breaks off what has been silent for too long.
  private static final ScheduledExecutorService CLOCKWORK =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("turn-deadlines").factory());

  private final Settings settings;
  private final Request request;
  private final Passage passage;
  private final Call call;
  private final Answer answer;
  private volatile long heardNanos = System.nanoTime();
  private volatile boolean silent;

  /// What all answers share.
  ///
  /// @param idle how long upstream may be silent
  record Settings(Duration idle, TurnReports reports, Meters meters, InstantSource clock) {}

  AnswerStream(Settings settings, Request request, Passage passage, Call call, Answer answer) {
    this.settings = settings;
    this.request = request;
    this.passage = passage;
    this.call = call;
    this.answer = answer;
  }

  @Override
  public void run() {
    String type = answer.headers().firstValue("content-type").orElse("application/json");
    boolean events = type.startsWith("text/event-stream");
    UsageTap tap = new UsageTap(events, settings.clock());
    Outcome broken = null;
    ScheduledFuture<?> watch = watch();
    try (InputStream body = answer.body()) {
      long length = answer.headers().firstValueAsLong("content-length").orElse(-1);
      OutputStream out = open(TurnHeaders.plain(type) ? type : "application/json", length);
      byte[] piece = new byte[PIECE_BYTES];
      for (int read = body.read(piece); read >= 0; read = body.read(piece)) {
        heardNanos = System.nanoTime();
        out.write(piece, 0, read);
        if (length < 0) {
          // with a known length the last flush would end the exchange, which is the passage's to do
          out.flush();
        }
        tap.passed(piece, 0, read);
      }
      tap.ended();
      passage.end(answer.status());
    } catch (ClientGoneException | InterruptedException e) {
      passage.breakOff(answer.status());
    } catch (IOException e) {
      if (!Thread.currentThread().isInterrupted()) {
        broken =
            new Outcome.Transient(
                silent ? Cause.IDLE_TIMEOUT : Cause.CONNECTION_LOST, answer.status(), null);
      }
      passage.breakOff(502);
    } finally {
      watch.cancel(false);
      settings.meters().count(Meter.TURNS, broken == null ? "answered" : "broken");
      settings
          .reports()
          .report(
              call.report(
                  answer.status(), tap.usage(), readings(tap), broken, settings.clock().instant()));
    }
  }

  private OutputStream open(String type, long length) throws IOException, InterruptedException {
    var headers = request.exchange().getResponseHeaders();
    TurnHeaders.toClient(answer.headers(), headers);
    answer
        .headers()
        .firstValue(TurnHeaders.TURN_STATE)
        .filter(TurnHeaders::plain)
        .ifPresent(
            value -> headers.put(TURN_STATE, TurnState.of(call.seat().id(), value).toString()));
    settings
        .meters()
        .record(Meter.TURN_FIRST_BYTE, Duration.between(call.began(), settings.clock().instant()));
    return passage.open(answer.status(), type, length);
  }

  private ScheduledFuture<?> watch() {
    long period = Math.max(10, settings.idle().toMillis() / 4);
    return CLOCKWORK.scheduleWithFixedDelay(
        () -> {
          if (System.nanoTime() - heardNanos > settings.idle().toNanos()) {
            silent = true;
            try {
              answer.body().close();
            } catch (IOException e) {
              // it is closed
            }
          }
        },
        period,
        period,
        TimeUnit.MILLISECONDS);
  }

  private @Nullable List<UsageReading> readings(UsageTap tap) {
    List<UsageReading> said =
        UsageHeaders.read(answer.headers()::firstValue, settings.clock().instant());
    List<UsageReading> all = new ArrayList<>(tap.readings());
    if (said != null) {
      said.stream()
          .filter(reading -> all.stream().noneMatch(r -> r.window().equals(reading.window())))
          .forEach(all::add);
    }
    return all.isEmpty() ? null : all;
  }
}
