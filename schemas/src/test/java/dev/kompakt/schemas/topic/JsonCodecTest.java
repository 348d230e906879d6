package dev.kompakt.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonCodecTest {
  private static final AttemptId ATTEMPT =
      AttemptId.parse("cmpn_0123456789012345678901234567890123456789/3#2");

  private static AttemptEvent finished(Outcome outcome) {
    return new AttemptEvent.AttemptFinished(
        ATTEMPT,
        Instant.parse("2026-11-20T10:00:00Z"),
        "worker-1",
        new ProviderId("openai"),
        new AccountId("team-a"),
        "gpt-5.5",
        Mode.SUMMARIZE,
        true,
        4711,
        outcome,
        null,
        null);
  }

  @Test
  void shouldReadWhatItWrote() {
    // Given
    List<Outcome> outcomes =
        List.of(
            new Outcome.Succeeded(
                new PayloadRef(
                    new dev.kompakt.schemas.id.PayloadId("p_00000000000000000000000000000000"),
                    1,
                    List.of(7L),
                    12),
                Usage.NONE),
            new Outcome.TooLarge(Outcome.TooLarge.Unit.BYTES, 9, null),
            new Outcome.RateLimited(Duration.ofSeconds(2)),
            new Outcome.Cancelled());

    for (Outcome outcome : outcomes) {
      // When
      Report read =
          Topics.OUTCOMES.values().decode(Topics.OUTCOMES.values().encode(finished(outcome)));

      // Then
      assertThat(read).isEqualTo(finished(outcome));
    }
  }

  @Test
  void shouldPutTheVersionFirstWhenEncoding() {
    // When
    byte[] bytes = Topics.OUTCOMES.values().encode(finished(new Outcome.Declined(null)));

    // Then
    assertThat(new String(bytes, StandardCharsets.UTF_8))
        .startsWith("{\"v\":1,\"type\":\"attempt_finished\",\"attempt\":\"cmpn_");
  }

  @Test
  void shouldRefuseWhenMajorVersionIsUnknown() {
    byte[] newer = "{\"v\":2,\"type\":\"attempt_finished\"}".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Topics.OUTCOMES.values().decode(newer))
        .isInstanceOf(UnreadableRecordException.class)
        .hasMessageContaining("version 1");
  }
}
