package dev.kompakt.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TopicsPageTest {
  private static final Path PAGE = Path.of("../docs/topics.md");

  @Test
  void shouldBeThePageThatIsCommitted() throws IOException {
    // When
    String page = TopicsPage.render();

    // Then
    if (Boolean.getBoolean("kompakt.docs.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).as("rewrite it with -Dkompakt.docs.write=true").hasContent(page);
  }

  @Test
  void shouldNameEveryTopicOnceAndByTheCommonPrefix() {
    assertThat(Topics.ALL)
        .extracting(Topic::name)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("kompakt\\.[a-z-]+"));
  }
}
