package dev.kompakt.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each way a body can be wrong has its own clear answer.
final class RejectedBodyTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          []                                                   | not_an_object                |
          "x"                                                  | not_an_object                |
          1                                                    | not_an_object                |
          null                                                 | not_an_object                |
          {}                                                   | missing_required_parameter   | model
          {"input":"x"}                                        | missing_required_parameter   | model
          {"model":null,"input":"x"}                           | missing_required_parameter   | model
          {"model":1,"input":"x"}                              | invalid_type                 | model
          {"model":["m"],"input":"x"}                          | invalid_type                 | model
          {"model":"","input":"x"}                             | invalid_value                | model
          {"model":" ","input":"x"}                            | invalid_value                | model
          {"model":"a\\nb","input":"x"}                        | invalid_value                | model
          {"model":"a\\ud800","input":"x"}                     | invalid_value                | model
          {"model":"m"}                                        | missing_required_parameter   | input
          {"model":"m","input":null}                           | missing_required_parameter   | input
          {"model":"m","input":{}}                             | invalid_type                 | input
          {"model":"m","input":1}                              | invalid_type                 | input
          {"model":"m","input":true}                           | invalid_type                 | input
          {"model":"m","input":""}                             | empty_input                  | input
          {"model":"m","input":[]}                             | empty_input                  | input
          {"model":"m","input":[{"type":"compaction_trigger"}]} | empty_input                 | input
          {"model":"m","input":[{},"x"]}                       | invalid_type                 | input[1]
          {"model":"m","input":[null]}                         | invalid_type                 | input[0]
          {"model":"m","input":[{},{},[]]}                     | invalid_type                 | input[2]
          {"model":"m","input":[{},{},7]}                      | invalid_type                 | input[2]
          {"model":"m","input":"x","stream":"yes"}             | invalid_type                 | stream
          {"model":"m","input":"x","stream":1}                 | invalid_type                 | stream
          {"model":"m","input":"x","background":[]}            | invalid_type                 | background
          {"model":"m","input":"x","prompt_cache_key":1}       | invalid_type                 | prompt_cache_key
          {"model":"m","input":"x","input":"x"}                | duplicate_key                | input
          {"model":"m","input":[{}],"\\u0069nput":[{}]}        | duplicate_key                | input
          {"model":"m","input":"x","model":"n"}                | duplicate_key                | model
          {"model":"m","input":"x","store":1,"store":1}        | duplicate_key                | store
          {"model":"m","a b":1,"a b":2}                        | duplicate_key                | *
          {"model":"m","input":[{"type":"a","type":"b"}]}      | duplicate_key                |
          {"model":"m","text":{"a":{"x":1,"y":2,"\\u0078":3}}} | duplicate_key                |
          {"model":"m","input":"x"}}                           | trailing_bytes               |
          {"model":"m","input":"x"} {}                         | trailing_bytes               |
          {"model":"m","input":"x"                             | truncated_json               |
          {"model":"m","input":[{"type":"compaction_trigger"},{"type":"compaction_trigger"}]} | misplaced_compaction_trigger | input
          {"model":"m","input":[{"type":"compaction_trigger"},{"a":1}]} | misplaced_compaction_trigger | input
          """)
  void shouldNameFaultWhenBodyIs(String json, String code, String param) {
    // When
    BodyRejected rejected = Scanned.rejected(json);

    // Then
    assertThat(rejected.code()).isEqualTo(code);
    assertThat(rejected.param()).isEqualTo(param);
    assertThat(rejected.status()).isEqualTo(400);
    assertThat(rejected.type()).isEqualTo("invalid_request_error");
    assertThat(rejected.explanation()).endsWith(".").hasSizeLessThan(200);
  }

  @Test
  void shouldSayWhereWhenFaultIsDeep() {
    assertThat(
            Scanned.rejected(
                    "{\"model\":\"m\",\"input\":[{},{\"content\":[{\"text\":\"secret\u0007\"}]}]}")
                .explanation())
        .isEqualTo(
            "The body is not valid JSON: at byte 52 (in input[1].content[0].text) there should be"
                + " no control character outside an escape, not 0x07.");
    assertThat(
            Scanned.rejected("{\"model\":\"m\",\"tools\":[{\"secret here\":{\"a\":1,\"a\":2}}]}")
                .explanation())
        .isEqualTo(
            "The object 'tools[0].*' has the same field twice: the second one stands at byte 44.");
    assertThat(Scanned.rejected("{\"model\":\"m\",\"input\":[{\"a\":[1,").explanation())
        .isEqualTo("The body ends in the middle of its JSON, after 30 bytes (in input[0].a[0]).");
  }

  @Test
  void shouldRejectWhenModelIsTooLong() throws IOException {
    String longest = "m".repeat(256);

    assertThat(Scanned.of("{\"model\":\"" + longest + "\",\"input\":\"x\"}").body().model())
        .isEqualTo(longest);
    assertThat(Scanned.rejected("{\"model\":\"" + longest + "m\",\"input\":\"x\"}").code())
        .isEqualTo("invalid_value");
  }

  @Test
  void shouldRejectWhenThereAreTooManyItems() throws IOException {
    // Given
    String most = "{\"model\":\"m\",\"input\":[{}" + ",{}".repeat(Items.MAX_ITEMS - 1);
    Scanned accepted = Scanned.of(most + "]}");

    // When
    BodyRejected rejected = Scanned.rejected(most + ",{}]}");

    // Then
    assertThat(accepted.body().itemCount()).isEqualTo(Items.MAX_ITEMS);
    assertThat(rejected.status()).isEqualTo(400);
    assertThat(rejected.code()).isEqualTo("too_many_items");
    assertThat(rejected.param()).isEqualTo("input");
  }

  @Test
  void shouldRejectWhenEnvelopeIsTooLarge() throws IOException {
    // Given
    String open = "{\"model\":\"m\",\"input\":\"x\",\"instructions\":\"";
    int frame = "{\"model\":\"m\",\"instructions\":\"\"}".length();
    String largest = "i".repeat(RawBytes.MAX_ENVELOPE_BYTES - frame);

    // When
    BodyRejected rejected = Scanned.rejected(open + largest + "i\"}");

    // Then
    assertThat(Scanned.of(open + largest + "\"}").body().envelopeBytes())
        .isEqualTo(RawBytes.MAX_ENVELOPE_BYTES);
    assertThat(rejected.status()).isEqualTo(400);
    assertThat(rejected.code()).isEqualTo("envelope_too_large");
  }

  @Test
  void shouldRejectWhenObjectsHaveTooManyFields() throws IOException {
    String fields =
        IntStream.range(0, 50_000)
            .mapToObj(i -> "\"k" + i + "\":" + i)
            .collect(Collectors.joining(","));
    String open = "{\"model\":\"m\",\"input\":[{" + fields;

    assertThat(Scanned.of(open + "},{" + fields + "},{" + fields + "}]}").body().itemCount())
        .isEqualTo(3);
    BodyRejected rejected = Scanned.rejected(open + ",\"inner\":{" + fields + "}}]}");
    assertThat(rejected.status()).isEqualTo(400);
    assertThat(rejected.code()).isEqualTo("too_many_keys");
    BodyRejected duplicate = Scanned.rejected(open + ",\"k7\":1}]}");
    assertThat(duplicate.code()).isEqualTo("duplicate_key");
    assertThat(duplicate.explanation())
        .contains("'input[0]'")
        .contains("byte " + (open.length() + 1));
    BodyRejected topLevel = Scanned.rejected("{\"model\":\"m\"," + fields + "}");
    assertThat(topLevel.code()).isEqualTo("too_many_keys");
  }

  @Test
  void shouldRejectWhenTriggerIsLargerThanWhatIsHeld() {
    String pad = "x".repeat(RawBytes.MAX_HELD_BYTES);
    assertThat(
            Scanned.rejected(
                    "{\"model\":\"m\",\"input\":[{},{\"pad\":\""
                        + pad
                        + "\",\"type\":\"compaction_trigger\"}]}")
                .code())
        .isEqualTo("misplaced_compaction_trigger");
  }
}
