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

  @Test
  void shouldAddUpGenerationsWhenTheCollectorHasThem() {
    // Given
    String serial =
        """
        DefNew     total 59008K, used 1024K [0x00000000f4000000, 0x00000000f8000000)
         eden space 52480K,   0% used [0x00000000f4000000, 0x00000000f7340000)
        Tenured    total 131072K, used 7944K [0x00000000f8000000, 0x0000000100000000)
         the  space 131072K,   6% used [0x00000000f8000000, 0x0000000100000000)
        Metaspace       used 9999K, committed 10240K, reserved 1114112K
         class space    used 999K, committed 1024K, reserved 1048576K
        """;
    String g1 = "garbage-first heap   total reserved 196608K, committed 30720K, used 8004K [0x0";

    // Then
    assertThat(Memory.heapUsed(serial.lines())).isEqualTo((1024L + 7944) << 10);
    assertThat(Memory.heapUsed(g1.lines())).isEqualTo(8004L << 10);
  }
}
