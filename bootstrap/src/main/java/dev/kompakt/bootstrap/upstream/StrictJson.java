package dev.kompakt.bootstrap.upstream;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads JSON of strangers: valid UTF-8 only, no name twice, nothing after the value, nesting and
/// lengths bounded.
public final class StrictJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(200)
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private StrictJson() {}

  /// The tokens of it; strings not asked for are in no memory.
  ///
  /// Reading on throws [tools.jackson.core.JacksonException] where it is no JSON.
  public static JsonParser tokens(byte[] bytes) {
    return MAPPER.createParser(reader(bytes));
  }

  /// All of it; a missing node if there is nothing.
  ///
  /// @throws tools.jackson.core.JacksonException if it is no JSON
  public static JsonNode tree(byte[] bytes) {
    return MAPPER.readTree(reader(bytes));
  }

  private static Reader reader(byte[] bytes) {
    return new InputStreamReader(
        new ByteArrayInputStream(bytes),
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }
}
