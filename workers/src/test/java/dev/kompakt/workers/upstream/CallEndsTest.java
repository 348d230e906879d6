package dev.kompakt.workers.upstream;

import static dev.kompakt.workers.upstream.Caller.JSON;
import static dev.kompakt.workers.upstream.Caller.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.stop.AttemptBounds;
import dev.kompakt.workers.stop.StopSignal;
import dev.kompakt.workers.stop.StoppedException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every call ends: by a deadline, by a limit on what is read, or because it is stopped.
@Timeout(30)
class CallEndsTest {
  @AutoClose private final Caller caller;

  CallEndsTest(@TempDir Path directory) {
    caller = new Caller(directory);
  }

  @Test
  void shouldGiveUpWhenNoHeadersCome() throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.awaitLeft();
            })) {
      // When
      UpstreamCall.Result result =
          caller.call(provider.base(), "headerTimeout: 100ms, idleTimeout: 10s, totalTimeout: 1h");

      // Then
      assertThat(result).isEqualTo(failed(Cause.HEADER_TIMEOUT, true));
      assertThat(provider.events().poll(10, TimeUnit.SECONDS))
          .as("the connection is closed")
          .isEqualTo("done");
    }
  }

  @Test
  void shouldGiveUpWhenTheAnswerFallsSilent() throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.send("HTTP/1.1 200 OK\r\n" + JSON + "Content-Length: 100\r\n\r\n{\"out");
              request.awaitLeft();
            })) {
      // When
      UpstreamCall.Result result =
          caller.call(provider.base(), "headerTimeout: 10s, idleTimeout: 100ms, totalTimeout: 1h");

      // Then
      assertThat(result).isEqualTo(failed(Cause.IDLE_TIMEOUT, true));
      assertThat(provider.events().poll(10, TimeUnit.SECONDS)).isEqualTo("done");
    }
  }

  @Test
  void shouldGiveUpWhenTheAnswerOnlyDrips() throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.send("HTTP/1.1 200 OK\r\n" + JSON + "Content-Length: 100000\r\n\r\n");
              while (true) {
                request.send(" ");
                Thread.sleep(20);
              }
            })) {
      // When
      UpstreamCall.Result result =
          caller.call(provider.base(), "headerTimeout: 10s, idleTimeout: 10s, totalTimeout: 300ms");

      // Then
      assertThat(result).isEqualTo(failed(Cause.TOTAL_TIMEOUT, true));
      assertThat(provider.events().poll(10, TimeUnit.SECONDS))
          .as("the connection is closed")
          .startsWith("failed");
    }
  }

  @Test
  void shouldEndAtTheJobsDeadlineWhateverTheConfigAllows() throws Exception {
    try (SocketProvider provider = new SocketProvider(SocketProvider.Request::awaitLeft)) {
      // Given
      UpstreamCall call = caller.prepare(provider.base());
      InstantSource clock = () -> Jobs.NOW.plusSeconds(900).minusMillis(100);

      // When
      UpstreamCall.Result result =
          call.make(
              caller.access(),
              new AttemptBounds(caller.stop, Jobs.NOW.plusSeconds(900), clock),
              () -> {});

      // Then
      assertThat(result).isEqualTo(failed(Cause.TOTAL_TIMEOUT, true));
    }
  }

  @Test
  void shouldReadNoMoreThanMayBeRead() throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.send("HTTP/1.1 200 OK\r\n" + JSON + "Content-Length: 2000000000\r\n\r\n");
              while (true) {
                request.send(" ".repeat(65_536));
              }
            })) {
      // When
      UpstreamCall.Result result = caller.call(provider.base());

      // Then
      assertThat(result.reply()).isEqualTo(Reply.malformed(Fault.TOO_LONG));
    }
  }

  @Test
  void shouldNotReadAnEndlessErrorToItsEnd() throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.send("HTTP/1.1 503 X\r\nRetry-After: 9\r\n\r\n");
              while (true) {
                request.send(" ".repeat(65_536));
              }
            })) {
      // When
      UpstreamCall.Result result = caller.call(provider.base());

      // Then
      assertThat(result.reply())
          .isEqualTo(
              new Reply.Failed(
                  new Outcome.Transient(Cause.OVERLOADED, 503, Duration.ofSeconds(9))));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\n" + JSON + "Content-Length: 100\r\n\r\n{"})
  void shouldLeaveAtOnceWhenStoppedBeforeTheHeadersAndWithinTheAnswer(String begun)
      throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.send(begun);
              caller.stop.stop(StopSignal.Reason.COMPACTION_ENDED);
              request.awaitLeft();
            })) {
      UpstreamCall call = caller.prepare(provider.base());

      // Then
      assertThatThrownBy(() -> caller.make(call)).isInstanceOf(StoppedException.class);
      assertThat(provider.events().poll(10, TimeUnit.SECONDS))
          .as("the connection is closed")
          .isEqualTo("done");
    }
  }
}
