package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FaultsPageTest {
  private static final Path PROJECT = Path.of("..");
  private static final Path PAGE = PROJECT.resolve("docs/faults.md");
  private static final Pattern ROW =
      Pattern.compile("^\\| ([A-Z]\\d+) \\|(.*)\\|$", Pattern.MULTILINE);
  private static final Pattern TEST = Pattern.compile("`(\\w+(?:IT|Suite|Test))\\.(\\w+)`");

  private static Stream<String> rows(String letter, int last) {
    return IntStream.rangeClosed(1, last).mapToObj(number -> letter + number);
  }

  private static List<MatchResult> find(Pattern pattern) throws IOException {
    return pattern.matcher(Files.readString(PAGE)).results().toList();
  }

  @Test
  void shouldHaveEveryRowOnceWithATest() throws IOException {
    // Given
    List<String> matrix =
        Stream.of(
                rows("P", 4),
                rows("W", 6),
                rows("S", 4),
                rows("B", 8),
                rows("N", 6),
                rows("U", 12),
                rows("C", 1),
                rows("D", 2),
                rows("R", 4),
                rows("H", 2),
                rows("Q", 3))
            .flatMap(Function.identity())
            .toList();

    // When
    List<MatchResult> rows = find(ROW);

    // Then
    assertThat(rows).extracting(row -> row.group(1)).containsExactlyElementsOf(matrix);
    assertThat(rows).allMatch(row -> TEST.matcher(row.group(2)).find());
  }

  @Test
  void shouldNameTestsThatExist() throws IOException {
    // Given
    Map<String, String> sources;
    try (Stream<Path> files = Files.walk(PROJECT)) {
      sources =
          files
              .filter(file -> file.toString().matches(".*/src/test/java/.*(IT|Suite|Test)\\.java"))
              .collect(
                  Collectors.toMap(
                      file -> file.getFileName().toString().replace(".java", ""),
                      FaultsPageTest::read,
                      String::concat));
    }

    // When
    List<MatchResult> tests = find(TEST);

    // Then
    assertThat(tests).isNotEmpty();
    assertThat(tests)
        .allMatch(
            test ->
                Optional.ofNullable(sources.get(test.group(1)))
                    .filter(source -> source.contains(" void " + test.group(2) + "("))
                    .isPresent());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
