package dev.kompakt.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretTest {
  @TempDir Path directory;

  @Test
  void shouldResolveButNeverShowWhenItLiesInAFile() throws IOException {
    // Given
    Path file = Files.writeString(directory.resolve("key"), "  sk-hunter2 \n");
    Secret secret = Secret.parse("file:" + file);

    // When
    String resolved = secret.resolve("accounts.a.apiKey");

    // Then
    assertThat(resolved).isEqualTo("sk-hunter2");
    assertThat(secret).hasToString("***");
    assertThat(new KompaktConfig.Sealing(secret).toString()).doesNotContain("hunter2", "file:");
  }

  @Test
  void shouldNameTheKeyWhenThereIsNoSecret() throws IOException {
    // Given
    Path empty = Files.writeString(directory.resolve("empty"), "\n");
    Path large = Files.writeString(directory.resolve("large"), "x".repeat(65_537));

    // When
    var file = assertThatThrownBy(() -> Secret.parse("file:/no/such").resolve("sealing.key"));
    var variable = assertThatThrownBy(() -> Secret.parse("env:NO_SUCH_VAR").resolve("k"));
    var blank = assertThatThrownBy(() -> Secret.parse("file:" + empty).resolve("k"));
    var huge = assertThatThrownBy(() -> Secret.parse("file:" + large).resolve("k"));

    // Then
    file.isInstanceOf(ConfigException.class)
        .hasMessage("sealing.key: the secret's file /no/such is not there");
    variable.hasMessage("k: the environment variable NO_SUCH_VAR is not set");
    blank.hasMessage("k: the secret in file:" + empty + " is empty");
    huge.hasMessageContaining("larger than 64 KiB").hasMessageNotContaining("xxx");
  }

  @Test
  void shouldRefuseWithoutShowingItWhenASecretStandsInTheConfig() {
    // When
    var parse = assertThatThrownBy(() -> Secret.parse("sk-hunter2"));

    // Then
    parse.isInstanceOf(IllegalArgumentException.class).hasMessageNotContaining("hunter2");
  }
}
