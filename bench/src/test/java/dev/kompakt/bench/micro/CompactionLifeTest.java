package dev.kompakt.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CompactionLifeTest {
  @Test
  void shouldDecideOnEveryReportWhenAllSucceed() {
    // Given
    CompactionLife life = new CompactionLife(12);

    // When
    int decisions = life.live();

    // Then
    assertThat(decisions)
        .as("submission, two reports of each chunk and of the merge")
        .isEqualTo(27);
    assertThat(life.live()).isEqualTo(decisions);
  }
}
