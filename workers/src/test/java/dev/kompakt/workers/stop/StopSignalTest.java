package dev.kompakt.workers.stop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StopSignalTest {
  private final StopSignal stop = new StopSignal();
  private final AtomicInteger told = new AtomicInteger();

  @Test
  void shouldTellListenersOnceAndTheFirstReasonCounts() throws StoppedException {
    // Given
    stop.check();
    var _ = stop.onStop(told::incrementAndGet);

    // When
    stop.stop(StopSignal.Reason.COMPACTION_ENDED);
    stop.stop(StopSignal.Reason.ABANDONED);

    // Then
    assertThat(told).hasValue(1);
    assertThat(stop.reason()).isEqualTo(StopSignal.Reason.COMPACTION_ENDED);
    assertThatThrownBy(stop::check).isInstanceOf(StoppedException.class);
  }

  @Test
  void shouldTellALateListenerAtOnceAndAClosedOneNever() {
    // Given
    stop.onStop(() -> told.addAndGet(100)).close();
    stop.stop(StopSignal.Reason.ABANDONED);

    // When
    var _ = stop.onStop(told::incrementAndGet);

    // Then
    assertThat(told).hasValue(1);
  }

  @Test
  void shouldAbandonOnlyBeforeTheCall() throws StoppedException {
    // Given
    StopSignal calling = new StopSignal();
    calling.commitToCall();

    // When
    boolean early = stop.abandonBeforeCall();
    boolean late = calling.abandonBeforeCall();

    // Then
    assertThat(early).isTrue();
    assertThatThrownBy(stop::commitToCall).isInstanceOf(StoppedException.class);
    assertThat(late).isFalse();
    assertThat(calling.reason()).isNull();
  }

  @Test
  void shouldNotSayThatACallGoesOnThatWasAbandoned() throws StoppedException {
    // Given
    stop.commitToCall();
    StopSignal cancelled = new StopSignal();
    cancelled.stop(StopSignal.Reason.COMPACTION_ENDED);

    // When
    stop.stop(StopSignal.Reason.ABANDONED);

    // Then
    assertThat(stop.abandonBeforeCall()).isTrue();
    assertThat(cancelled.abandonBeforeCall()).as("it will report").isFalse();
  }
}
