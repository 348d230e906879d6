package dev.kompakt.ingress.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.schemas.history.ByteRange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoredAnswerTest {
  @Test
  void shouldFindPartsWhenTextIsOddlySpacedAndNotAscii() throws Exception {
    // Given
    String item =
        "{ \"encrypted_content\" : \"é🙂\\\"}]\" ,\n \"nested\":{\"type\":\"message\"}, \"type\":\"compaction\" }";
    String text =
        " {\"usage\" : {\"input_tokens\":1} ,\"x\":[{\"type\":\"compaction\"}], \"output\" :\n[ {\"type\":\"message\",\"content\":[{\"type\":\"compaction\"}]} , "
            + item
            + " ] }\n";

    // When
    StoredAnswer found = StoredAnswer.find(source(text));

    // Then
    assertThat(cut(text, Objects.requireNonNull(found.compaction()))).isEqualTo(item);
    assertThat(cut(text, Objects.requireNonNull(found.usage()))).isEqualTo("{\"input_tokens\":1}");
    assertThat(cut(text, found.output())).startsWith("[ {").endsWith(" ]");
  }

  @Test
  void shouldFindNoItemWhenAnswerIsPlain() throws Exception {
    // When
    StoredAnswer found = StoredAnswer.find(source("{\"output\":[{\"type\":\"message\"}]}"));

    // Then
    assertThat(found.compaction()).isNull();
    assertThat(found.usage()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"output\":[]",
        "{\"output\":[{]}",
        "{\"output\":{}}",
        "{\"output\":[1]}",
        "{\"output\":[[]]}",
        "{\"id\":\"x\"}",
        "{\"output\":[],\"output\":[]}",
        "{\"output\":[]} {}",
        "{\"output\":[{\"type\":\"compaction\"},{\"type\":\"compaction_summary\"}]}",
        "<html></html>"
      })
  void shouldRefuseWhenItIsNoAnswer(String text) {
    assertThatThrownBy(() -> StoredAnswer.find(source(text)))
        .isInstanceOf(UnusableAnswerException.class);
  }

  @Test
  void shouldRefuseWhenAnswerIsUtf16() {
    // Given
    byte[] bytes = "{\"output\":[]}".getBytes(StandardCharsets.UTF_16LE);

    // When Then
    assertThatThrownBy(() -> StoredAnswer.find(AnswerSource.of(bytes)))
        .isInstanceOf(UnusableAnswerException.class);
  }

  @Test
  void shouldSayWhatFailedWhenSourceCannotBeRead() {
    // Given
    AnswerSource broken =
        new AnswerSource() {
          @Override
          public long bytes() {
            return 10;
          }

          @Override
          public InputStream open(ByteRange range) throws IOException {
            throw new IOException("not now");
          }
        };

    // When Then
    assertThatThrownBy(() -> StoredAnswer.find(broken))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(UnusableAnswerException.class);
  }

  private static AnswerSource source(String text) {
    return AnswerSource.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String cut(String text, ByteRange range) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new String(bytes, (int) range.offset(), (int) range.length(), StandardCharsets.UTF_8);
  }
}
