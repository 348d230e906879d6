package dev.kompakt.ingress.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BufferMemoryTest {
  private static final long MIB = 1 << 20;

  @Test
  void shouldLendMemoryAgainWhenLoanIsClosed() throws Exception {
    // Given
    BufferMemory memory = new BufferMemory(9 * MIB);
    BufferMemory.Loan other = memory.borrow(-1, Duration.ZERO);
    BufferMemory.Loan loan = memory.borrow(-1, Duration.ZERO);

    // When
    assertThatThrownBy(() -> memory.borrow(-1, Duration.ofMillis(1)))
        .isInstanceOf(BufferMemory.NoneFreeException.class);
    BufferMemory.Loan small = memory.borrow(10_000, Duration.ZERO);
    loan.close();
    loan.close();
    small.close();
    other.close();

    // Then
    assertThat(memory.lent()).isZero();
    memory.borrow(Long.MAX_VALUE / 8, Duration.ZERO).close();
  }

  @Test
  void shouldKeepRoomForOneBodyWhenAllElseIsLentEarly() throws Exception {
    // Given
    BufferMemory memory = new BufferMemory(20 * MIB);
    List<BufferMemory.Loan> early = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              while (true) {
                early.add(memory.borrowEarly(100_000, Duration.ZERO));
              }
            })
        .isInstanceOf(BufferMemory.NoneFreeException.class);

    // When
    BufferMemory.Loan whole = memory.borrow(-1, Duration.ZERO);
    early.getFirst().shrinkTo(0);
    BufferMemory.Loan shrunk = memory.borrowEarly(0, Duration.ZERO);

    // Then
    early.add(shrunk);
    early.add(whole);
    early.forEach(BufferMemory.Loan::close);
    assertThat(memory.lent()).isZero();
    memory.borrowEarly(Long.MAX_VALUE / 8, Duration.ZERO).close();
  }

  @Test
  void shouldGiveBackWhatWasLentEarlyWhenTheRestIsNotFree() throws Exception {
    // Given
    BufferMemory memory = new BufferMemory(1);
    BufferMemory.Loan first = memory.borrow(-1, Duration.ZERO);
    BufferMemory.Loan second = memory.borrow(-1, Duration.ZERO);

    // When
    assertThatThrownBy(() -> memory.borrowEarly(1 << 20, Duration.ofMillis(1)))
        .isInstanceOf(BufferMemory.NoneFreeException.class);
    first.close();
    second.close();

    // Then
    memory.borrowEarly(1 << 20, Duration.ZERO).close();
  }

  @Test
  void shouldAlwaysHaveRoomForOneBodyWhenHeapIsTiny() throws Exception {
    // When
    BufferMemory memory = new BufferMemory(1);

    // Then
    memory.borrow(-1, Duration.ZERO).close();
  }
}
