package dev.kompakt.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// Jackson is the oracle: what it accepts, the lexer accepts, with the same tokens.
final class JsonLexerTest {
  private static final JsonFactory JACKSON = new JsonFactory();

  @Test
  void shouldReportJacksonsTokensWhenJsonIsRandom() throws IOException {
    // Given
    long seed = Seeds.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      byte[] json = utf8(Json.random(random, 4).styled(random));

      // When
      List<String> tokens = tokens(json, random);

      // Then
      assertThat(tokens).as("seed %s, round %s", seed, round).isEqualTo(jacksonTokens(json));
    }
  }

  @Test
  void shouldAcceptWhatJacksonAcceptsWhenBytesAreMutated() {
    // Given
    long seed = Seeds.seed();
    Random random = new Random(seed);
    int accepted = 0;
    for (int round = 0; round < 30_000; round++) {
      byte[] json = utf8(Json.random(random, 3).styled(random));
      for (int i = random.nextInt(1, 3); i > 0; i--) {
        json = mutate(json, random);
      }

      // When
      List<String> tokens = tokensOrNull(json, random);

      // Then
      List<String> expected = isUtf8WithoutMark(json) ? jacksonTokensOrNull(json) : null;
      assertThat(tokens)
          .as("seed %s, round %s: %s", seed, round, new String(json, StandardCharsets.ISO_8859_1))
          .isEqualTo(expected);
      accepted += tokens == null ? 0 : 1;
    }
    assertThat(accepted).as("seed %s", seed).isBetween(1_000, 29_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "1.0",
        "1e0",
        "1E-10",
        "true",
        " null ",
        "\"\"",
        "[]",
        "{}",
        "[[],{}]",
        "\"\\ud800\"",
        "\"\\udc00\\ud800x\"",
        "\"\\ud83d\\ude00\\/\"",
        "{\"\":0}"
      })
  void shouldAcceptWhenJsonIsValid(String json) throws IOException {
    assertThat(tokens(utf8(json), new Random(0))).isEqualTo(jacksonTokens(utf8(json)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          [1,]           | invalid_json
          [,1]           | invalid_json
          {"a":1,}       | invalid_json
          {"a" 1}        | invalid_json
          {a:1}          | invalid_json
          {'a':1}        | invalid_json
          [01]           | invalid_json
          [-]            | invalid_json
          [+1]           | invalid_json
          [.5]           | invalid_json
          [1.]           | invalid_json
          [1.e1]         | invalid_json
          [1e]           | invalid_json
          [0x10]         | invalid_json
          [NaN]          | invalid_json
          [Infinity]     | invalid_json
          [tru]          | invalid_json
          [truE]         | invalid_json
          [nulll]        | invalid_json
          [1 2]          | invalid_json
          [1}            | invalid_json
          {"a":1]        | invalid_json
          /*c*/[1]       | invalid_json
          ["\\x"]        | invalid_json
          ["\\u12g4"]    | invalid_json
          [1]]           | trailing_bytes
          [1] x          | trailing_bytes
          {}{}           | trailing_bytes
          [1             | truncated_json
          ["a            | truncated_json
          ["\\           | truncated_json
          {"a":          | truncated_json
          {"a"           | truncated_json
          -              | truncated_json
          tru            | truncated_json
          ``             | empty_body
          """)
  void shouldNameFaultWhenTextIsNotJson(String json, String code) {
    // When
    BodyRejected rejected = rejected(utf8(json));

    // Then
    assertThat(rejected.code()).isEqualTo(code);
    assertThat(rejected.status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({
    "80, invalid_utf8",
    "C080, invalid_utf8",
    "C1BF, invalid_utf8",
    "E08080, invalid_utf8",
    "EDA080, invalid_utf8",
    "F0808080, invalid_utf8",
    "F4908080, invalid_utf8",
    "F8, invalid_utf8",
    "E282, invalid_utf8",
    "00, invalid_json",
    "0A, invalid_json",
    "1F, invalid_json",
  })
  void shouldNameFaultWhenStringHoldsBytes(String hex, String code) {
    // Given
    byte[] bytes = java.util.HexFormat.of().parseHex(hex);
    byte[] json = concat(utf8("[\"plain text before\",\""), bytes, utf8("\"]"));

    // When
    BodyRejected rejected = rejected(json);

    // Then
    assertThat(rejected.code()).isEqualTo(code);
  }

  @Test
  void shouldNameCharsetWhenBodyIsNotUtf8() {
    String json = "{\"model\":\"m\"}";
    for (var charset :
        List.of(
            StandardCharsets.UTF_16BE,
            StandardCharsets.UTF_16LE,
            StandardCharsets.UTF_16,
            StandardCharsets.UTF_32BE,
            StandardCharsets.UTF_32LE)) {
      assertThat(rejected(json.getBytes(charset)).code())
          .as(charset.name())
          .isEqualTo("unsupported_charset");
    }
    assertThat(rejected(utf8("\ufeff" + json)).code()).isEqualTo("byte_order_mark");
  }

  @Test
  void shouldRejectWhenNestedDeeperThanLimit() throws IOException {
    // Given
    String deepest = "[".repeat(JsonLexer.MAX_DEPTH) + "]".repeat(JsonLexer.MAX_DEPTH);
    String mixed =
        "{\"a\":[".repeat(JsonLexer.MAX_DEPTH / 2) + "]}".repeat(JsonLexer.MAX_DEPTH / 2);

    // Then
    assertThat(tokens(utf8(deepest), new Random(0))).hasSize(2 * JsonLexer.MAX_DEPTH);
    assertThat(tokens(utf8(mixed), new Random(0))).isEqualTo(jacksonTokens(utf8(mixed)));
    assertThat(rejected(utf8("[" + deepest + "]")).code()).isEqualTo("json_too_deep");
    assertThat(rejected(utf8("[".repeat(1_000_000))).code()).isEqualTo("json_too_deep");
  }

  @Test
  void shouldRejectWhenNumberOrNameIsTooLong() throws IOException {
    String longest = "[" + "1".repeat(JsonLexer.MAX_NUMBER_BYTES) + "]";
    assertThat(tokens(utf8(longest), new Random(0))).isEqualTo(jacksonTokens(utf8(longest)));
    assertThat(rejected(utf8("[" + "1".repeat(1_001) + "]")).code()).isEqualTo("number_too_long");
    assertThat(rejected(utf8("{\"" + "n".repeat(50_001) + "\":1}")).code())
        .isEqualTo("name_too_long");
  }

  @Test
  void shouldSayWhereWhenByteIsUnexpected() {
    assertThatExceptionOfType(BodyRejected.class)
        .isThrownBy(() -> tokens(utf8("[1, secret]"), new Random(0)))
        .withMessage("The body is not valid JSON: at byte 4 there should be a value, not 0x73.");
  }

  private static BodyRejected rejected(byte[] json) {
    BodyRejected rejected =
        catchThrowableOfType(BodyRejected.class, () -> tokens(json, new Random(json.length)));
    assertThat(rejected).isNotNull();
    return rejected;
  }

  private static List<String> tokens(byte[] json, Random random) throws IOException {
    TokenLog log = new TokenLog();
    JsonLexer lexer = new JsonLexer(log);
    int at = 0;
    while (at < json.length) {
      int length = Math.min(json.length - at, random.nextInt(0, 40));
      byte[] piece = Arrays.copyOfRange(json, at, at + length);
      lexer.feed(piece, 0, length);
      Arrays.fill(piece, (byte) 'x');
      at += length;
    }
    lexer.end();
    return log.tokens();
  }

  private static @Nullable List<String> tokensOrNull(byte[] json, Random random) {
    try {
      return tokens(json, random);
    } catch (IOException e) {
      assertThat(e).isInstanceOf(BodyRejected.class);
      return null;
    }
  }

  private static @Nullable List<String> jacksonTokensOrNull(byte[] json) {
    try {
      return jacksonTokens(json);
    } catch (JacksonException e) {
      return null;
    }
  }

  private static List<String> jacksonTokens(byte[] json) {
    List<String> tokens = new ArrayList<>();
    try (JsonParser parser = JACKSON.createParser(ObjectReadContext.empty(), json)) {
      int depth = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (depth == 0 && !tokens.isEmpty()) {
          throw new tools.jackson.core.exc.StreamReadException(parser, "a second value");
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        String text = parser.getString();
        tokens.add(
            switch (token) {
              case PROPERTY_NAME -> "name " + text;
              case VALUE_STRING -> "text " + text;
              default -> token.isScalarValue() ? "word " + text : text;
            });
      }
    }
    if (tokens.isEmpty()) {
      throw new tools.jackson.core.exc.StreamReadException(null, "no value");
    }
    return tokens;
  }

  private static boolean isUtf8WithoutMark(byte[] json) {
    boolean mark = json.length > 0 && json[0] == (byte) 0xef;
    for (int i = 0; i < Math.min(4, json.length); i++) {
      mark |= json[i] == 0;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json));
      return !mark;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static byte[] mutate(byte[] json, Random random) {
    byte[] mutated = json.clone();
    int at = random.nextInt(json.length + 1);
    int other = random.nextInt(json.length + 1);
    return switch (random.nextInt(5)) {
      case 0 -> {
        if (json.length > 0) {
          mutated[at % json.length] ^= (byte) (1 << random.nextInt(8));
        }
        yield mutated;
      }
      case 1 -> {
        if (json.length > 0) {
          String likely = "{}[]\",:\\u0123eE+-. \ntfn\u0000";
          mutated[at % json.length] = (byte) likely.charAt(random.nextInt(likely.length()));
        }
        yield mutated;
      }
      case 2 ->
          concat(
              Arrays.copyOf(json, at), Arrays.copyOfRange(json, Math.max(at, other), json.length));
      case 3 ->
          concat(
              Arrays.copyOf(json, at), Arrays.copyOfRange(json, Math.min(at, other), json.length));
      default ->
          concat(
              Arrays.copyOf(json, at),
              new byte[] {(byte) random.nextInt(256)},
              Arrays.copyOfRange(json, at, json.length));
    };
  }

  private static byte[] concat(byte[]... parts) {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.write(part, 0, part.length);
    }
    return all.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
