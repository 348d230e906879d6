package dev.kompakt.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void shouldAlignColumnsWhenCellsDifferInWidth() {
    // Given
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Table table =
        new Table("body", "p50").row("10 KiB", Table.figure(1234.56, 1)).row("4 MiB", "9");

    // When
    table.print(new PrintStream(text, true, StandardCharsets.UTF_8));

    // Then
    assertThat(text.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("body         p50", "10 KiB   1,234.6", "4 MiB          9");
  }

  @Test
  void shouldNameTheLargestUnitWhenItDividesTheBytes() {
    // Then
    assertThat(Table.bytes(10 << 10)).isEqualTo("10 KiB");
    assertThat(Table.bytes(64 << 20)).isEqualTo("64 MiB");
    assertThat(Table.bytes(1500)).isEqualTo("1500 B");
  }
}
