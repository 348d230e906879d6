package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.ingress.IngressService;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class HttpApiPageTest {
  private static final Path PAGE = Path.of("../docs/http-api.md");

  @Test
  void shouldStandInTheDocsAsTheDocumentSays() throws IOException {
    // Given
    String json;
    try (InputStream in = IngressService.class.getResourceAsStream("openapi.json")) {
      json = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }

    // When
    String page = new HttpApiPage(new OpenApiDocument(json)).render();

    // Then
    if (Boolean.getBoolean("kompakt.docs.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/http-api.md; -Dkompakt.docs.write=true rewrites it")
        .isEqualTo(page);
  }
}
