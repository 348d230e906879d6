package dev.kompakt.bootstrap.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealingKeyTest {
  private static final byte[] TEXT = "a summary".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;

  @Test
  void shouldOpenOnlyInItsPlaceWhenSealed() {
    // Given
    SealingKey key = new SealingKey(new byte[32]);
    byte[] other = new byte[32];
    other[31] = 1;

    // When
    byte[] sealed = key.seal(TEXT, 2, 7, "here");

    // Then
    assertThat(sealed).hasSize(7 + SealingKey.OVERHEAD_BYTES);
    assertThat(key.open(sealed, "here")).asString(StandardCharsets.UTF_8).isEqualTo("summary");
    assertThat(key.open(sealed, "there")).isNull();
    assertThat(new SealingKey(other).open(sealed, "here")).isNull();
    assertThat(key.seal(TEXT, 2, 7, "here")).as("a nonce of its own").isNotEqualTo(sealed);
  }

  @Test
  void shouldOpenNothingWhenAnyByteIsChangedOrMissing() {
    // Given
    SealingKey key = new SealingKey(new byte[32]);
    byte[] sealed = key.seal(TEXT, 0, TEXT.length, "here");

    // When
    long opened =
        IntStream.range(0, sealed.length)
            .filter(
                i -> {
                  byte[] forged = sealed.clone();
                  forged[i] ^= 1;
                  return key.open(forged, "here") != null;
                })
            .count();
    long openedShort =
        IntStream.range(0, sealed.length)
            .filter(length -> key.open(java.util.Arrays.copyOf(sealed, length), "here") != null)
            .count();

    // Then
    assertThat(opened).isZero();
    assertThat(openedShort).isZero();
  }

  @Test
  void shouldMakeOneKeyForItsOwnerOnlyWhenKafkaIsEmbedded() throws IOException {
    // Given
    Path file = directory.resolve("sub/sealing.key");
    KompaktConfig config = config(file, "embedded");

    // When
    byte[] sealed = SealingKey.load(config).seal(TEXT, 0, TEXT.length, "here");

    // Then
    assertThat(SealingKey.load(config).open(sealed, "here")).isEqualTo(TEXT);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(directory.resolve("sub")).isDirectoryContaining(file::equals);
    try (var files = Files.list(directory.resolve("sub"))) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void shouldRefuseWhenTheKeyIsMissingAndKafkaIsShared() {
    // Given
    KompaktConfig config = config(directory.resolve("none"), "kafka:9092");

    // When
    var load = assertThatThrownBy(() -> SealingKey.load(config));

    // Then
    load.isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("sealing.key: there is no key in ")
        .hasMessageContaining("openssl rand");
    assertThat(directory.resolve("none")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"not base64!", "c2hvcnQ="})
  void shouldRefuseWithoutShowingItWhenTheKeyIsMalformed(String text) throws IOException {
    // Given
    Path file = Files.writeString(directory.resolve("key"), text);

    // When
    var load = assertThatThrownBy(() -> SealingKey.load(config(file, "embedded")));

    // Then
    load.isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("sealing.key: is not 32 bytes in base64")
        .hasMessageNotContaining(text);
  }

  private static KompaktConfig config(Path key, String bootstrap) {
    return ConfigLoader.load(
        null, Map.of(), Map.of("sealing.key", "file:" + key, "kafka.bootstrap", bootstrap));
  }
}
