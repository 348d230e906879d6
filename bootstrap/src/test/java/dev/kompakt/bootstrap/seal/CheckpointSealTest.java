package dev.kompakt.bootstrap.seal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.TenantId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointSealTest {
  private final CheckpointSeal seal = new CheckpointSeal(new SealingKey(new byte[32]));
  private final TenantId alice = new TenantId("alice");

  @Test
  void shouldOpenForItsTenantOnlyWhenSealed() {
    // Given
    String summary = "Sie baten um Ü und 🦉.";

    // When
    String content = seal.seal(alice, summary);

    // Then
    assertThat(content).startsWith(CheckpointSeal.PREFIX).matches("[A-Za-z0-9._-]+");
    assertThat(seal.open(alice, content)).isEqualTo(summary);
    assertThat(seal.open(new TenantId("bob"), content)).isNull();
    assertThat(seal.open(TenantId.LOCAL, content)).isNull();
  }

  @Test
  void shouldOpenNothingWhenForged() {
    // Given
    String content = seal.seal(alice, "summary");
    char last = content.charAt(content.length() - 2);
    String forged =
        content.substring(0, content.length() - 2)
            + (last == 'A' ? 'B' : 'A')
            + content.charAt(content.length() - 1);

    // When
    String opened = seal.open(alice, forged);

    // Then
    assertThat(opened).isNull();
    assertThat(seal.open(alice, content.substring(0, content.length() - 4))).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "kmp1.", "kmp1.!!!", "kmp1.AAAA", "gAAAAABkforeign", "kmp2.AAAA"})
  void shouldOpenNothingWhenItIsForeign(String content) {
    // When
    String opened = seal.open(alice, content);

    // Then
    assertThat(opened).isNull();
  }
}
