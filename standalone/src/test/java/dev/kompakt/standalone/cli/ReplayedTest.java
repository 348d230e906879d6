package dev.kompakt.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReplayedTest {
  private static final JsonMapper JSON = new JsonMapper();

  private static String entry(String outcome, String status) {
    return """
    {"object":"replay","id":"rpl_%s%s","compaction":"cmpn_1","status":%s,"outcome":"%s",\
    "calls_before":7,"remaining":{"calls":2,"bytes":1000,"tokens":250}}"""
        .formatted(outcome, status, status.isEmpty() ? "null" : "\"" + status + "\"", outcome);
  }

  private static Replayed of(String... entries) {
    List<String> all = new ArrayList<>(List.of(entries));
    return new Replayed(
        JSON.readTree(
            """
            {"object":"list","data":[%s],"has_more":false,\
            "remaining":{"calls":4,"bytes":2000,"tokens":500}}"""
                .formatted(String.join(",", all))));
  }

  @Test
  void shouldSayWhatItWouldCost() {
    // When
    Replayed planned = of(entry("ready", ""), entry("ready", ""), entry("lost", ""));

    // Then
    assertThat(planned.estimate())
        .isEqualTo("2 can be replayed, with at most 4 calls of 2000 bytes, about 500 tokens");
    assertThat(planned.exitCode()).isEqualTo(ExitCode.PARTLY_FAILED);
  }

  @Test
  void shouldTakeInHowTheyEnded() {
    // Given
    Replayed replayed = of(entry("created", "in_progress"), entry("existing", "scheduled"));
    List<JsonNode> running = replayed.running();

    // When
    JsonNode first = running.get(0).deepCopy();
    first.asObject().put("status", "completed").remove("outcome");
    first.asObject().putObject("progress").put("calls", 9);
    JsonNode second = running.get(1).deepCopy();
    second.asObject().put("status", "failed").remove("outcome");
    replayed.ended(first);
    replayed.ended(second);

    // Then
    assertThat(running).hasSize(2);
    assertThat(replayed.running()).isEmpty();
    assertThat(replayed.summary())
        .isEqualTo("1 completed, 1 failed; calls made: 2; 1 of them had been asked for before");
    assertThat(replayed.exitCode()).isEqualTo(ExitCode.PARTLY_FAILED);
    assertThat(Replayed.row(replayed.entries().getFirst()))
        .containsEntry("outcome", "created")
        .containsEntry("status", "completed")
        .containsEntry("calls", "2")
        .containsEntry("made", "2");
  }

  @Test
  void shouldEndAsTheReplaysDid() {
    assertThat(of().exitCode()).isEqualTo(ExitCode.OK);
    assertThat(of().summary()).isEqualTo("nothing to replay");
    assertThat(of(entry("existing", "completed")).exitCode()).isEqualTo(ExitCode.OK);
    assertThat(of(entry("created", "scheduled")).exitCode()).isEqualTo(ExitCode.OK);
    assertThat(of(entry("created", "failed")).exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(of(entry("lost", "")).exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(of(entry("lost", "")).summary()).startsWith("1 lost (past retention");
    assertThat(of(entry("unknown", "")).exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(of(entry("unknown", ""), entry("lost", "")).exitCode()).isEqualTo(ExitCode.FAILED);
  }
}
