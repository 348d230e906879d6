package dev.kompakt.ingress.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class AdmissionTest {
  private static final long MIB = 1 << 20;

  @Test
  void shouldGiveEverythingBackOnceWhenClosedTwice() {
    // Given
    Admission admission = new Admission(2, 10 * MIB);
    Permit permit = Objects.requireNonNull(admission.admit(3 * MIB));

    // When
    permit.bodyRead();
    permit.close();
    permit.close();

    // Then
    assertThat(admission.requests()).isZero();
    assertThat(admission.bodyBytes()).isZero();
  }

  @Test
  void shouldLeaveNothingTakenWhenBytesHaveNoRoom() {
    // Given
    Admission admission = new Admission(2, MIB);

    // When
    Permit permit = admission.admit(MIB + 1);

    // Then
    assertThat(permit).isNull();
    assertThat(admission.full()).isFalse();
    assertThat(admission.requests()).isZero();
    assertThat(admission.bodyBytes()).isZero();
  }

  @Test
  void shouldGrowWithBodyWhenItsLengthIsUnknown() {
    // Given
    Admission admission = new Admission(2, 3 * MIB);
    Permit permit = Objects.requireNonNull(admission.admit(-1));

    // When
    boolean first = permit.cover(MIB);
    boolean second = permit.cover(3 * MIB);
    boolean third = permit.cover(3 * MIB + 1);

    // Then
    assertThat(first).isTrue();
    assertThat(second).isTrue();
    assertThat(third).isFalse();
    assertThat(admission.bodyBytes()).isEqualTo(3 * MIB);
  }

  @Test
  void shouldLendMemoryAgainWhenLoanIsClosed() throws Exception {
    // Given
    BufferMemory memory = new BufferMemory(5 * MIB);
    BufferMemory.Loan loan = memory.borrow(-1, Duration.ZERO);

    // When
    assertThatThrownBy(() -> memory.borrow(-1, Duration.ofMillis(1)))
        .isInstanceOf(BufferMemory.NoneFreeException.class);
    BufferMemory.Loan small = memory.borrow(10_000, Duration.ZERO);
    loan.close();
    loan.close();
    small.close();

    // Then
    assertThat(memory.lent()).isZero();
    memory.borrow(Long.MAX_VALUE / 8, Duration.ZERO).close();
  }

  @Test
  void shouldAlwaysHaveRoomForOneBodyWhenHeapIsTiny() throws Exception {
    // When
    BufferMemory memory = new BufferMemory(1);

    // Then
    memory.borrow(-1, Duration.ZERO).close();
  }
}
