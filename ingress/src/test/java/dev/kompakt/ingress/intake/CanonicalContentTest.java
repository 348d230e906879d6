package dev.kompakt.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CanonicalContentTest {
  @Test
  void shouldHashTheSameWhenBodyIsWrittenInAnotherWay() throws IOException {
    // Given
    long seed = Seeds.seed();
    Random random = new Random(seed);
    Map<String, String> hashes = new HashMap<>();
    for (int round = 0; round < 300; round++) {
      Json.Fields body = RandomBodies.body(random);
      Json.Fields canonical = canonical(body);
      String hash = Scanned.of(canonical.plain()).body().canonicalContent();

      // When
      String again = Scanned.of(body.styled(random)).body().canonicalContent();

      // Then
      assertThat(again).as("seed %s, round %s: %s", seed, round, body.plain()).isEqualTo(hash);
      hashes.merge(
          hash,
          sorted(canonical).plain(),
          (one, other) -> {
            assertThat(one)
                .as("seed %s, round %s: same hash", seed, hashes.size())
                .isEqualTo(other);
            return one;
          });
    }
    assertThat(hashes).hasSizeGreaterThan(200);
  }

  @Test
  void shouldHashOtherwiseWhenOneValueChanges() throws IOException {
    // Given
    long seed = Seeds.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      Json.Fields body = canonical(RandomBodies.body(random));
      Json changed = change(body, random);

      // When
      String hash = Scanned.of(changed.styled(random)).body().canonicalContent();

      // Then
      assertThat(hash)
          .as("seed %s, round %s: %s and %s", seed, round, body.plain(), changed.plain())
          .isNotEqualTo(Scanned.of(body.plain()).body().canonicalContent());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":1}                 | {"a":1.0}
          {"a":1}                 | {"a":"1"}
          {"a":null}              | {"a":"null"}
          {"a":null}              | {"a":"z"}
          {"a":true}              | {"a":false}
          {"a":"b"}               | {"b":"a"}
          {"a":["b","c"]}         | {"a":["bc"]}
          {"a":["b"]}             | {"a":"b"}
          {"a":[[],[]]}           | {"a":[[[]]]}
          {"a":[{"b":1},{}]}      | {"a":[{},{"b":1}]}
          {"a":{"b":1,"c":2}}     | {"a":{"b":2,"c":1}}
          {"a":{"b":1},"c":2}     | {"a":{"b":1,"c":2}}
          {"a":{}}                | {"a":[]}
          {"a":{"b":{}}}          | {"a":{"b":{"c":{}}}}
          {"":""}                 | {}
          {"a":"\\ud800"}         | {"a":"\\ufffd"}
          {"a":"0123456789012345678901234567"}  | {"a":"012345678901234567890123456 "}
          {"a":"01234567890123456789012345678"} | {"a":"0123456789012345678901234567 "}
          """)
  void shouldHashOtherwiseWhenValuesDiffer(String one, String other) throws IOException {
    assertThat(content(one)).isNotEqualTo(content(other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":"\\u0041\\/"}      | { "a" : "A/" }
          {"\\u0061":1}           | {"a":1}
          {"a":"\\ud83d\\ude00"}  | {"a":"😀"}
          {"a":"\\u00e9"}         | {"a":"é"}
          {"a":{"x":1,"y":{}}}    | {"a":{"y":{},"x":1}}
          """)
  void shouldHashTheSameWhenValuesAreTheSame(String one, String other) throws IOException {
    assertThat(content(one)).isEqualTo(content(other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "stream":true          | true
          "background":true      | true
          "store":false          | true
          "client_metadata":{"a":{"b":[1]}} | true
          "metadata":{"a":"b"}   | true
          "stream_options":{}    | true
          "prompt_cache_key":"k" | false
          "instructions":"x"     | false
          "previous_response_id":"r" | false
          """)
  void shouldCountFieldOnlyWhenItChangesTheAnswer(String field, boolean without)
      throws IOException {
    String plain = "{\"model\":\"m\",\"input\":[{\"a\":{\"stream\":1}}]";
    assertThat(
            Scanned.of(plain + "," + field + "}")
                .body()
                .canonicalContent()
                .equals(Scanned.of(plain + "}").body().canonicalContent()))
        .isEqualTo(without);
  }

  @Test
  void shouldCountFieldWhenExcludedNameStandsDeeper() throws IOException {
    assertThat(content("{\"stream\":true}")).isNotEqualTo(content("{\"stream\":false}"));
    assertThat(content("{\"metadata\":{}}")).isNotEqualTo(content("{}"));
  }

  @Test
  void shouldHashAsEverWhenBodyIsThisOne() throws IOException {
    // Ids of stored compactions are made of this hash: it may not change.
    assertThat(
            Scanned.of(
                    "{\"model\":\"gpt-5.5\",\"input\":[{\"type\":\"message\",\"role\":\"user\","
                        + "\"content\":[{\"type\":\"input_text\",\"text\":\"A longer text, so that it is"
                        + " digested: \\u00e9\"}],\"n\":[1,2.50,true,null,{}]}],\"store\":false}")
                .body()
                .canonicalContent())
        .isEqualTo("e28f9d4bba7752704ef066d93de98e531d296f09306df25cdbb2e26afabd0a8a");
  }

  /// The content of a body with one item.
  private static String content(String item) throws IOException {
    return Scanned.of("{\"model\":\"m\",\"input\":[" + item + "]}").body().canonicalContent();
  }

  /// Without what does not count.
  private static Json.Fields canonical(Json.Fields body) {
    List<Json.Entry> kept = new ArrayList<>();
    for (Json.Entry entry : body.entries()) {
      switch (entry.name()) {
        case "stream", "metadata", "client_metadata" -> {}
        case "input" -> {
          List<Json> items = new ArrayList<>(((Json.Elements) entry.value()).elements());
          items.removeIf(item -> item.plain().contains("compaction_trigger"));
          kept.add(Json.entry("input", new Json.Elements(items)));
        }
        default -> kept.add(entry);
      }
    }
    return new Json.Fields(kept);
  }

  private static Json sorted(Json json) {
    return switch (json) {
      case Json.Text text -> text;
      case Json.Word word -> word;
      case Json.Elements(List<Json> elements) ->
          new Json.Elements(elements.stream().map(CanonicalContentTest::sorted).toList());
      case Json.Fields(List<Json.Entry> entries) ->
          new Json.Fields(
              entries.stream()
                  .sorted(Comparator.comparing(Json.Entry::name))
                  .map(entry -> Json.entry(entry.name(), sorted(entry.value())))
                  .toList());
    };
  }

  /// Changes one leaf or one name below `input`.
  private static Json change(Json json, Random random) {
    return switch (json) {
      case Json.Text(String value) -> Json.text(value + "x");
      case Json.Word(String spelling) ->
          new Json.Word(spelling.equals("true") ? "false" : spelling.equals("7") ? "8" : "7");
      case Json.Elements(List<Json> elements) -> {
        List<Json> changed = new ArrayList<>(elements);
        if (elements.isEmpty()) {
          changed.add(Json.object());
        } else {
          int at = random.nextInt(elements.size());
          changed.set(at, change(elements.get(at), random));
        }
        yield new Json.Elements(changed);
      }
      case Json.Fields(List<Json.Entry> entries) -> {
        List<Json.Entry> changed = new ArrayList<>(entries);
        if (entries.isEmpty()) {
          changed.add(Json.entry("new", ""));
        } else {
          int at = random.nextInt(entries.size());
          Json.Entry entry = entries.get(at);
          changed.set(at, Json.entry(entry.name(), change(entry.value(), random)));
        }
        yield new Json.Fields(changed);
      }
    };
  }
}
