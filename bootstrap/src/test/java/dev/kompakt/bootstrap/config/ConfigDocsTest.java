package dev.kompakt.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigDocsTest {
  private static final Path PAGE = Path.of("../docs/config.md");

  @Test
  void shouldDocumentEveryKeyWhenThePageIsRead() throws IOException {
    // Given
    String generated = new ConfigDocs().page();
    if (Boolean.getBoolean("kompakt.docs.write")) {
      Files.writeString(PAGE, generated);
    }

    // When
    String page = Files.readString(PAGE);

    // Then
    assertThat(page)
        .as("docs/config.md; -Dkompakt.docs.write=true writes it anew")
        .isEqualTo(generated);
    assertThat(page).contains(ConfigLoader.variables().values()).doesNotContain("null");
  }
}
