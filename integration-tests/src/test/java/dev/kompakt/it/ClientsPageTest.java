package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ClientsPageTest {
  private static final Path PAGE = Path.of("../docs/clients.md");
  private static final Pattern VERSION =
      Pattern.compile("(Codex|openai-node|openai-java|Node)(?: \\| | )(\\d+\\.\\d+\\.\\d+)");

  private static String openaiJava() throws IOException {
    Matcher version =
        Pattern.compile("<openai\\.version>(.*)</openai\\.version>")
            .matcher(Files.readString(Path.of("../pom.xml")));
    assertThat(version.find()).isTrue();
    return version.group(1);
  }

  @Test
  void shouldNameTheVersionsTheTestsRun() throws IOException {
    // When
    List<String> named =
        VERSION
            .matcher(Files.readString(PAGE))
            .results()
            .map((MatchResult found) -> found.group(1) + " " + found.group(2))
            .distinct()
            .toList();

    // Then
    assertThat(named)
        .containsExactlyInAnyOrder(
            "Codex " + CodexIT.CURRENT,
            "Codex " + CodexIT.OLD,
            "Codex " + CodexIT.LAST_UNARY,
            "openai-node " + NodeSdk.CURRENT,
            "openai-node " + NodeSdk.OLD,
            "Node " + NodeSdk.NODE,
            "openai-java " + openaiJava());
  }
}
