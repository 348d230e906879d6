package dev.kompakt.router.topology;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TopologyException;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;

class ThreadReplacementTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-20T10:00:00Z"));
  private final ThreadReplacement replacement = new ThreadReplacement(Path.of("/state"), now::get);

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
    assertThat(replacement.end().join()).isInstanceOf(ThreadReplacement.End.Failed.class);
  }

  @Test
  void shouldStopAtOnceWhenTheGroupHasAnotherTopology() {
    // When
    var response =
        replacement.handle(
            new StreamsException(
                new InvalidRequestException("Topology updates are not supported yet.")));

    // Then
    assertThat(response).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(replacement.end().join()).isInstanceOf(ThreadReplacement.End.Refused.class);
  }

  @Test
  void shouldStopAtOnceAndSayWhyWhenTopicsAreWrong() {
    // When
    var response = replacement.handle(new TopologyException("a topic has 3 partitions, not 1"));

    // Then
    assertThat(response).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(replacement.end().join())
        .isInstanceOfSatisfying(
            ThreadReplacement.End.Failed.class,
            failed -> assertThat(failed.why()).contains("a topic has 3 partitions, not 1"));
  }

  @Test
  void shouldStopAtOnceAndNameTheDirectoryWhenItsDiskIsFull() {
    // When
    var response =
        replacement.handle(
            new ProcessorStateException(
                "a store could not be opened",
                new RocksDBException("While appending to file: No space left on device")));

    // Then
    assertThat(response).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(replacement.end().join())
        .isInstanceOfSatisfying(
            ThreadReplacement.End.Failed.class,
            failed -> assertThat(failed.why()).contains("/state"));
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
    assertThat(replacement.end()).isNotDone();
  }
}
