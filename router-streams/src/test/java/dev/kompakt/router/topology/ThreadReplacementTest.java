package dev.kompakt.router.topology;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ThreadReplacementTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-20T10:00:00Z"));
  private final ThreadReplacement replacement = new ThreadReplacement(now::get);

  @Test
  void shouldStopWhenThreadsKeepDying() {
    // Given
    for (int i = 0; i < ThreadReplacement.MOST; i++) {
      assertThat(replacement.handle(new IllegalStateException())).isEqualTo(REPLACE_THREAD);
    }

    // When
    var response = replacement.handle(new IllegalStateException());

    // Then
    assertThat(response).isEqualTo(SHUTDOWN_CLIENT);
  }

  @Test
  void shouldReplaceWhenThreadsDieNowAndThen() {
    for (int i = 0; i < 3 * ThreadReplacement.MOST; i++) {
      // When
      var response = replacement.handle(new IllegalStateException());

      // Then
      assertThat(response).isEqualTo(REPLACE_THREAD);
      now.updateAndGet(t -> t.plus(Duration.ofMinutes(1)));
    }
  }
}
