package dev.kompakt.workers.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.workers.Seeded;
import dev.kompakt.workers.json.JsonTokens.Token;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonTokensTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  @Test
  void shouldTellWhereEveryItemLiesWhenItemsAreJoinedByCommas() throws IOException {
    // Given
    String text = "{\"a\":[1,{\"b\":\"x,}]\\\"\"}]},  \"s\\\\\" , -1.5e3,null,[[]] ";
    JsonTokens json = tokens(text);
    List<String> items = new ArrayList<>();

    // When
    for (Token token = json.next(); token != Token.END; token = json.next()) {
      int from = (int) json.start();
      json.skipValue(token);
      items.add(text.substring(from, (int) json.position()));
    }

    // Then
    assertThat(items)
        .containsExactly("{\"a\":[1,{\"b\":\"x,}]\\\"\"}]}", "\"s\\\\\"", "-1.5e3", "null", "[[]]");
  }

  @Test
  void shouldSliceTheFieldsOfRandomObjectsAsJacksonReadsThem() throws IOException {
    long seed = Seeded.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      // Given
      JsonNode object = MAPPER.valueToTree(RandomJson.object(random, 4));
      String text = RandomJson.write(object, random);
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      JsonTokens json = new JsonTokens(new Dribble(bytes, random));

      // When
      json.next();
      int fields = 0;
      while (json.next() == Token.NAME) {
        String name = json.text(10_000);
        Token value = json.next();
        int from = (int) json.start();
        json.skipValue(value);
        byte[] slice = Arrays.copyOfRange(bytes, from, (int) json.position());

        // Then
        assertThat(MAPPER.readTree(slice))
            .as("seed %d, field %s of %s", seed, name, text)
            .isEqualTo(object.get(name));
        fields++;
      }
      assertThat(fields).as("seed %d", seed).isEqualTo(object.size());
    }
  }

  @Test
  void shouldNeverPartACharacterOrAnEscapeWhenReadInUnits() throws IOException {
    // Given
    String content = "aé€😀\\n\\u00e9\\ud83d\\ude00\\ud83dx\\\"";
    byte[] unit = new byte[JsonTokens.MAX_UNIT_BYTES];
    for (int block = 1; block <= 3; block++) {
      JsonTokens json =
          new JsonTokens(
              new Dribble(("\"" + content + "\"").getBytes(StandardCharsets.UTF_8), block));
      json.next();
      List<String> units = new ArrayList<>();

      // When
      for (int n = json.unit(unit); n > 0; n = json.unit(unit)) {
        units.add(new String(unit, 0, n, StandardCharsets.UTF_8));
      }

      // Then
      assertThat(units)
          .containsExactly(
              "a", "é", "€", "😀", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\ud83d", "x", "\\\"");
    }
  }

  @Test
  void shouldGiveTheDecodedTextUnlessItIsTooLong() throws IOException {
    // Given
    JsonTokens json = tokens("[\"a\\u0062\\n\",\"0123456789\",7]");
    json.next();

    // When
    json.next();
    String first = json.text(100);
    json.next();
    String second = json.text(9);
    json.next();

    // Then
    assertThat(first).isEqualTo("ab\n");
    assertThat(second).isNull();
    assertThat(json.scalar()).isEqualTo("7");
  }

  @Test
  void shouldFailWhenTheInputEndsWithinAValue() {
    for (String cut : List.of("{\"a\":", "[1", "\"abc", "{\"a\":\"b\\")) {
      JsonTokens json = tokens(cut);
      assertThatThrownBy(
              () -> {
                for (Token t = json.next(); t != Token.END; t = json.next()) {
                  json.skipValue(t);
                }
              })
          .as(cut)
          .isInstanceOf(EOFException.class);
    }
  }

  @Test
  void shouldEscapeTextAsJacksonReadsItAndKnowItsLength() throws IOException {
    // Given
    StringBuilder text = new StringBuilder("é€😀");
    for (char c = 0; c < 256; c++) {
      text.append(c);
    }
    byte[] plain = text.toString().getBytes(StandardCharsets.UTF_8);

    // When
    ByteArrayOutputStream escaped = new ByteArrayOutputStream();
    JsonText.escaping(new Dribble(plain, 7)).transferTo(escaped);
    long length = JsonText.escapedLength(new ByteArrayInputStream(plain));

    // Then
    assertThat(escaped.size()).isEqualTo(length);
    String json = "\"" + escaped.toString(StandardCharsets.UTF_8) + "\"";
    assertThat(MAPPER.readTree(json).asString()).isEqualTo(text.toString());
  }

  private static JsonTokens tokens(String text) {
    return new JsonTokens(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  /// Gives few bytes at a time.
  private static final class Dribble extends InputStream {
    private final InputStream in;
    private final Random random;
    private final int most;

    Dribble(byte[] bytes, Random random) {
      in = new ByteArrayInputStream(bytes);
      this.random = random;
      most = 40;
    }

    Dribble(byte[] bytes, int most) {
      in = new ByteArrayInputStream(bytes);
      random = new Random(0);
      this.most = most;
    }

    @Override
    public int read() throws IOException {
      return in.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return in.read(into, offset, Math.min(length, 1 + random.nextInt(most)));
    }
  }
}
