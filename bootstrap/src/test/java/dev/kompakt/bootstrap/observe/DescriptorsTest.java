package dev.kompakt.bootstrap.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DescriptorsTest {
  @Test
  void shouldKeepSomeForWhatIsBegun() {
    assertThat(Descriptors.left(992, 1_024)).isTrue();
    assertThat(Descriptors.left(993, 1_024)).isFalse();
  }

  @Test
  void shouldCountThoseOfThisProcess() {
    assertThat(Descriptors.left()).isTrue();
  }
}
