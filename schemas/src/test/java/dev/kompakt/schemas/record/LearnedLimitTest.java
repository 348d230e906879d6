package dev.kompakt.schemas.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.LearnedLimit.Bound;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LearnedLimitTest {
  private static final long SEED = Long.getLong("kompakt.seed", new Random().nextLong());

  @Test
  void shouldHaveNoTargetWhileNothingWasRejected() {
    assertThat(Bound.UNKNOWN.target()).isNull();
    assertThat(Bound.UNKNOWN.accepted(5_000_000).target()).isNull();
  }

  @Test
  void shouldAimForHalfWhenOnlyARejectionIsKnown() {
    assertThat(Bound.UNKNOWN.rejected(6_000_000).target()).isEqualTo(3_000_000);
    assertThat(Bound.UNKNOWN.rejected(1).target()).isEqualTo(1);
  }

  @Test
  void shouldAimForWhatWasAcceptedWhenItIsNearWhatWasRejected() {
    // Given
    Bound bound = Bound.UNKNOWN.rejected(6_000_000).accepted(1_500_000);

    // When
    Bound more = bound.accepted(2_900_000).accepted(100);

    // Then
    assertThat(bound.target()).isEqualTo(1_500_000);
    assertThat(more.target()).isEqualTo(2_900_000);
  }

  @Test
  void shouldNotAimForASmallRequestThatHappenedToBeAccepted() {
    assertThat(Bound.UNKNOWN.accepted(10_000).rejected(6_000_000).target()).isEqualTo(3_000_000);
    assertThat(Bound.UNKNOWN.rejected(6_000_000).accepted(10_000).target()).isEqualTo(3_000_000);
  }

  @Test
  void shouldForgetWhatTheLatestSightingContradicts() {
    assertThat(Bound.UNKNOWN.rejected(1000).accepted(1000)).isEqualTo(new Bound(1000L, null));
    assertThat(Bound.UNKNOWN.accepted(1000).rejected(1000)).isEqualTo(new Bound(null, 1000L));
    assertThat(Bound.UNKNOWN.rejected(1000).rejected(2000)).isEqualTo(new Bound(null, 1000L));
  }

  @Test
  void shouldNeverContradictItselfNorAimForWhatWasRejected() {
    // Given
    Random random = new Random(SEED);
    Bound bound = Bound.UNKNOWN;

    for (int i = 0; i < 10_000; i++) {
      // When
      long size = random.nextLong(1, 1000);
      bound = random.nextBoolean() ? bound.accepted(size) : bound.rejected(size);

      // Then
      Long accepted = bound.largestAccepted();
      Long rejected = bound.smallestRejected();
      Long target = bound.target();
      if (accepted != null && rejected != null) {
        assertThat(accepted).as("seed %d", SEED).isLessThan(rejected);
      }
      if (target != null && rejected != null) {
        assertThat(target).as("seed %d", SEED).isPositive().isLessThanOrEqualTo(rejected);
      }
    }
  }

  @Test
  void shouldReadLimitKeysWithAnyModelName() {
    // Given
    List<String> texts = List.of("openai|COMPACT|gpt-5.5", "azure.eu|RESPONSES|a|b c|");

    for (String text : texts) {
      // When
      LimitKey key = LimitKey.parse(text);

      // Then
      assertThat(key).hasToString(text);
    }
    assertThat(LimitKey.parse("openai|COMPACT|m").provider()).isEqualTo(new ProviderId("openai"));
    assertThatIllegalArgumentException().isThrownBy(() -> LimitKey.parse("openai|COMPACT"));
    assertThatIllegalArgumentException().isThrownBy(() -> LimitKey.parse("openai|OTHER|m"));
  }
}
