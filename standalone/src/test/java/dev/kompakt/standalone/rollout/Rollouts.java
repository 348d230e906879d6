package dev.kompakt.standalone.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Rollout files of the tests: recorded ones and such made line by line.
final class Rollouts {
  static final JsonMapper MAPPER = new JsonMapper();
  static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-20T10:00:00Z"));
  static final String META =
      "{\"timestamp\":\"t\",\"type\":\"session_meta\",\"payload\":{\"id\":\"x\"}}\n";
  static final String USER = item("{\"type\":\"message\",\"role\":\"user\",\"n\":1}");
  static final String ANSWER =
      "{\"id\":\"r\",\"object\":\"response.compaction\",\"output\":"
          + "[{\"type\":\"message\",\"role\":\"user\",\"content\":\"kept é\"},"
          + "{\"type\":\"compaction\",\"encrypted_content\":\"abc\"}],\"usage\":{\"x\":1.50}}";

  private Rollouts() {}

  static RolloutFile in(Path directory, String text) throws IOException {
    InputFile input = InputFile.open(Files.writeString(directory.resolve("rollout.jsonl"), text));
    assertThat(input).isInstanceOf(RolloutFile.class);
    return (RolloutFile) input;
  }

  static String item(String payload) {
    return "{\"type\":\"response_item\",\"payload\":" + payload + "}\n";
  }

  static InputStream answer(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  static JsonNode request(RolloutFile rollout, String model) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    rollout.writeRequest(out, model);
    return MAPPER.readTree(out.toByteArray());
  }

  static List<JsonNode> captured(String name) throws IOException {
    try (InputStream in = Rollouts.class.getResourceAsStream("/captures/" + name + ".json")) {
      return list(MAPPER.readTree(in).path("lines"));
    }
  }

  static String jsonl(List<JsonNode> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  static List<JsonNode> list(JsonNode array) {
    List<JsonNode> list = new ArrayList<>();
    array.forEach(list::add);
    return list;
  }
}
