package dev.kompakt.ingress.admin;

import static dev.kompakt.ingress.admin.FailedCompactions.NOW;
import static dev.kompakt.ingress.admin.FailedCompactions.id;
import static dev.kompakt.ingress.admin.FailedCompactions.json;
import static dev.kompakt.ingress.admin.FailedCompactions.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.ingress.replay.Letters;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.DeadLetter.Cause;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What failed, as it is listed, grouped and shown.
class DeadLetterListTest {
  private final FailedCompactions compactions = new FailedCompactions();
  private final DeadLetterList endpoint =
      new DeadLetterList(compactions.letters, compactions.statuses, compactions.clock);

  @Test
  void shouldListWhatFailedAndStillIsSo() {
    // Given
    DeadLetter old = compactions.failed(1, Cause.REJECTED, NOW.minusSeconds(7200));
    DeadLetter gone = compactions.failed(2, Cause.REJECTED, NOW.minusSeconds(3600));
    DeadLetter recent = compactions.failed(3, Cause.RATE_LIMITED, NOW.minusSeconds(60));
    Letters.put(compactions.letters, DeadLetter.unreadable(NOW, id(old), "kompakt.outcomes-1@77"));
    compactions.tell(id(gone), null, null);

    // When
    JsonNode open = list(Map.of());
    JsonNode all = list(Map.of("all", "true"));
    JsonNode rejected = list(Map.of("cause", "rejected"));
    JsonNode since = list(Map.of("since", NOW.minusSeconds(100).toString(), "model", "gpt-1"));
    JsonNode before = list(Map.of("until", NOW.minusSeconds(100).toString()));

    // Then
    assertThat(texts(open, "id"))
        .containsExactly("kompakt.outcomes-1@77", id(recent).value(), id(old).value());
    assertThat(texts(open, "state")).containsExactly("unreadable", "failed", "failed");
    assertThat(texts(all, "state")).contains("in_progress");
    assertThat(texts(rejected, "id")).containsExactly(id(old).value());
    assertThat(texts(since, "id")).containsExactly(id(recent).value());
    assertThat(texts(before, "id")).containsExactly(id(old).value());
    assertThat(rejected.get(0).get("remaining").get("calls").asInt()).isEqualTo(2);
    assertThatThrownBy(() -> list(Map.of("cause", "whatever")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rate_limited");
    assertThatThrownBy(
            () -> list(Map.of("since", NOW.toString(), "until", NOW.minusSeconds(1).toString())))
        .hasMessage("since must be before until");
    assertThatThrownBy(() -> list(Map.of("since", "yesterday")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldCountCausesWhenGrouped() {
    // Given
    compactions.failed(1, Cause.REJECTED, NOW.minusSeconds(50));
    DeadLetter limited = compactions.failed(2, Cause.RATE_LIMITED, NOW.minusSeconds(40));
    DeadLetter last = compactions.failed(3, Cause.REJECTED, NOW.minusSeconds(30));

    // When
    JsonNode groups = list(Map.of("group", "cause"));

    // Then
    assertThat(texts(groups, "cause")).containsExactly("rejected", "rate_limited");
    assertThat(groups.get(0).get("count").asInt()).isEqualTo(2);
    assertThat(groups.get(0).get("remaining").get("calls").asInt()).isEqualTo(4);
    assertThat(texts(groups, "latest")).containsExactly(id(last).value(), id(limited).value());
  }

  @Test
  void shouldShowOneWithItsPointers() {
    // Given
    DeadLetter letter = compactions.failed(1, Cause.REJECTED, NOW);

    // When
    JsonNode shown = json(endpoint.one(Map.of("id", id(letter).value())));

    // Then
    assertThat(shown.at("/pointers/items/offsets/0").asLong()).isEqualTo(10);
    assertThatThrownBy(() -> endpoint.one(Map.of("id", "cmpn_")))
        .isInstanceOf(NoSuchElementException.class);
  }

  private JsonNode list(Map<String, String> parameters) {
    return json(endpoint.answer(parameters)).get("data");
  }
}
