package dev.kompakt.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bench.report.BenchException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MemoryTest {
  @Test
  void shouldReadPeakAndPresentWhenTheStatusSaysThem() {
    // Given
    Stream<String> status =
        Stream.of("Name:\tjava", "VmHWM:\t  261304 kB", "VmRSS:\t  249812 kB", "Threads:\t68");

    // When
    Memory memory = Memory.parse(status);

    // Then
    assertThat(memory).isEqualTo(new Memory(249812L << 10, 261304L << 10));
  }

  @Test
  void shouldRefuseWhenTheStatusSaysNothing() {
    // Then
    assertThatThrownBy(() -> Memory.parse(Stream.of("Name:\tjava")))
        .isInstanceOf(BenchException.class);
  }

  @Test
  void shouldFindTheFullestHeapWhenTheCollectorLogged() {
    // Given
    Stream<String> log =
        Stream.of(
            "[0.006s][info][gc] Using Serial",
            "[1.234s][info][gc] GC(0) Pause Young (Allocation Failure) 51M->12M(185M) 8.123ms",
            "[2.345s][info][gc] GC(1) Pause Young (Normal) (G1 Evacuation Pause) 130M->20M(192M) 3ms",
            "[3.456s][info][gc] GC(2) Concurrent Mark Cycle 4.5ms");

    // When
    long peak = Memory.peakHeap(log);

    // Then
    assertThat(peak).isEqualTo(130L << 20);
  }
}
