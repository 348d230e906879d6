package dev.kompakt.schemas.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {
  @Test
  void shouldRefuseSpansThatDoNotCoverTheItems() {
    assertThat(history(11, List.of(5, 5), List.of()).estimatedTokens()).isEqualTo(3);
    assertThatIllegalArgumentException().isThrownBy(() -> history(10, List.of(5, 5), List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> history(0, List.of(0), List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> history(2, List.of(2, -1), List.of()));
  }

  @Test
  void shouldRefuseLongTextsOutOfOrder() {
    // Given
    LongText one = new LongText(0, 10, 20, List.of(), false);
    LongText two = new LongText(1, 60, 90, List.of(70L, 80L), false);

    // When, Then
    assertThat(history(101, List.of(50, 50), List.of(one, two)).longTexts()).hasSize(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> history(101, List.of(50, 50), List.of(two, one)));
    assertThatIllegalArgumentException().isThrownBy(() -> history(50, List.of(50), List.of(two)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> history(61, List.of(50, 10), List.of(two)));
  }

  @Test
  void shouldRefuseCutsOutsideOfTheirText() {
    for (List<Long> cuts :
        List.of(List.of(10L), List.of(20L), List.of(15L, 15L), List.of(16L, 15L))) {
      assertThatIllegalArgumentException().isThrownBy(() -> new LongText(0, 10, 20, cuts, false));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LongText(0, 10, 10, List.of(), false));
  }

  @Test
  void shouldRefuseAPointerThatCannotHoldItsBytes() {
    assertThat(StoredHistory.ref(2_000_001).offsets()).hasSize(3);
    assertThat(StoredHistory.ref(0).offsets()).isEmpty();
    PayloadRef ref = StoredHistory.ref(1);
    for (long bytes : new long[] {0, 1_000_001, -1, Long.MAX_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new PayloadRef(ref.id(), 0, ref.offsets(), bytes));
    }
  }

  @Test
  void shouldRefuseThoughtsOutOfOrder() {
    // Given
    ByteRange one = new ByteRange(0, 10);
    ByteRange two = new ByteRange(11, 10);

    // When, Then
    assertThat(thoughtful(List.of(one, two)).thoughts()).containsExactly(one, two);
    assertThat(thoughtful(List.of()).thoughts()).isNull();
    for (List<ByteRange> thoughts :
        List.of(
            List.of(two, one),
            List.of(one, one),
            List.of(one, new ByteRange(10, 5)),
            List.of(new ByteRange(15, 7)),
            List.of(new ByteRange(5, 0)))) {
      assertThatIllegalArgumentException().isThrownBy(() -> thoughtful(thoughts));
    }
  }

  private static History thoughtful(List<ByteRange> thoughts) {
    return new History(
        StoredHistory.ref(21),
        StoredHistory.ref(2),
        List.of(10, 10),
        List.of(),
        List.of(),
        2,
        false,
        thoughts);
  }

  private static History history(long bytes, List<Integer> spans, List<LongText> texts) {
    return new History(
        StoredHistory.ref(bytes), StoredHistory.ref(2), spans, texts, List.of(), 1, false, null);
  }
}
