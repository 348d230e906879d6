package dev.kompakt.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0,0",
    "4096,4096",
    "1B,1",
    "64KiB,65536",
    "256 MiB,268435456",
    "1GiB,1073741824",
    "3MiB,3145728"
  })
  void shouldReadSizesWhenTheyHaveAUnit(String text, long bytes) {
    // When
    ByteSize size = ByteSize.parse(text);

    // Then
    assertThat(size.bytes()).isEqualTo(bytes);
    assertThat(ByteSize.parse(size.toString())).isEqualTo(size);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1MB", "1 kib", "-1", "1.5MiB", "9999999999999", "999999999999GiB"})
  void shouldRefuseWhenItIsNoSize(String text) {
    // When
    var parse = assertThatThrownBy(() -> ByteSize.parse(text));

    // Then
    parse.isInstanceOf(IllegalArgumentException.class).hasMessageContaining("is not a size");
  }
}
