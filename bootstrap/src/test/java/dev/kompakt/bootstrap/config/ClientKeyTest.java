package dev.kompakt.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientKeyTest {
  private final SecureRandom random = new SecureRandom();

  @Test
  void shouldReadWhatItMadeWhenKeysAreMade() {
    // Given
    Set<String> made = new HashSet<>();

    for (int i = 0; i < 1_000; i++) {
      // When
      ClientKey key = ClientKey.create(random);
      ClientKey read = Objects.requireNonNull(ClientKey.parse(key.reveal()));

      // Then
      assertThat(key.reveal()).matches("kmpk_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}");
      assertThat(read.id()).isEqualTo(key.id());
      assertThat(ClientKey.isKeyId(key.id())).isTrue();
      assertThat(read.sha256()).isEqualTo(key.sha256()).hasSize(64);
      assertThat(key.toString()).doesNotContain(key.reveal().substring(18));
      assertThat(made.add(key.reveal())).isTrue();
    }
  }

  @Test
  void shouldNoticeWhenAnyCharacterIsMistyped() {
    // Given
    long seed = Long.getLong("kompakt.seed", new Random().nextLong());
    Random typing = new Random(seed);
    String key = ClientKey.create(random).reveal();

    for (int i = 0; i < key.length(); i++) {
      // When
      char typed = (char) ('0' + typing.nextInt(10));
      String wrong = key.substring(0, i) + typed + key.substring(i + 1);

      // Then
      assertThat(ClientKey.parse(wrong) == null)
          .as("seed %d: %s", seed, wrong)
          .isEqualTo(!wrong.equals(key));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "kmpk_", "sk-other", "kmpk_0123456789ab_short000000"})
  void shouldBeNoKeyWhenFormIsAnother(String text) {
    assertThat(ClientKey.parse(text)).isNull();
  }
}
