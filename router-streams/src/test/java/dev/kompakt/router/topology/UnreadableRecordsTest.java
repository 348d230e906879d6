package dev.kompakt.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.router.decide.Fixtures;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// What cannot be read becomes a dead letter and stops nothing.
class UnreadableRecordsTest {
  private static final Submitted WHOLE = Fixtures.whole(Fixtures.spans(10, 1000));

  @AutoClose private final RouterDriver router = new RouterDriver();

  @Test
  void shouldSetAsideWhatCannotBeRead() {
    // Given
    String submissions = Topics.SUBMISSIONS.name();
    String outcomes = Topics.OUTCOMES.name();

    // When
    router.pipe(submissions, key(), text("garbage"));
    router.pipe(submissions, key(), text("{\"v\":2,\"type\":\"submitted\"}"));
    router.pipe(submissions, text("no id"), Topics.SUBMISSIONS.values().encode(WHOLE));
    router.pipe(submissions, null, null);
    router.pipe(submissions, key(), text("{\"v\":1,\"type\":\"cancel_requested\"}"));
    router.pipe(outcomes, key(), text("{\"v\":1,\"type\":\"attempt_finished\"}"));
    router.pipe(outcomes, key(), null);

    // Then
    List<DeadLetter> letters = router.deadLetters();
    assertThat(letters)
        .extracting(DeadLetter::cause)
        .hasSize(7)
        .containsOnly(DeadLetter.Cause.UNREADABLE_RECORD);
    assertThat(letters)
        .extracting(DeadLetter::source)
        .startsWith(submissions + "-0@0", submissions + "-0@1")
        .endsWith(outcomes + "-0@0", outcomes + "-0@1");
    assertThat(letters.getFirst().compaction()).isEqualTo(Fixtures.COMPACTION);
    router.submit(WHOLE);
    assertThat(router.jobs()).hasSize(1);
  }

  @Test
  void shouldCountWhatCannotBeReadAndIsOfNoCompaction() {
    // Given
    String outcomes = Topics.OUTCOMES.name();

    // When
    router.pipe(outcomes, text("turn_1"), text("garbage"));
    router.pipe(outcomes, text("turn_2"), null);
    router.pipe(outcomes, text("account:team-a"), text("{\"v\":2,\"type\":\"pause_asked\"}"));

    // Then
    assertThat(router.deadLetters()).isEmpty();
    assertThat(router.meters.scrape())
        .contains("kompakt_unreadable_records_total{topic=\"kompakt.outcomes\"} 3");
    router.submit(WHOLE);
    assertThat(router.jobs()).hasSize(1);
  }

  @Test
  void shouldSetAsideWhenAnOutcomeSaysNothing() {
    // Given
    router.submit(WHOLE);
    String attempt = router.onlyJob().attempt().toString();

    // When
    router.pipe(
        Topics.OUTCOMES.name(),
        key(),
        text(
            "{\"v\":1,\"type\":\"attempt_finished\",\"called\":true,\"wireBytes\":5,\"attempt\":\""
                + attempt
                + "\"}"));

    // Then
    assertThat(router.deadLetters()).hasSize(1);
  }

  @Test
  void shouldSetAsideWhenKeyAndValueDisagree() {
    // Given
    String other = "cmpn_" + "0".repeat(40);

    // When
    router.pipe(Topics.SUBMISSIONS.name(), text(other), Topics.SUBMISSIONS.values().encode(WHOLE));

    // Then
    assertThat(router.deadLetters()).hasSize(1);
    assertThat(router.jobs()).isEmpty();
  }

  private static byte[] key() {
    return Topics.SUBMISSIONS.keys().encode(Fixtures.COMPACTION);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
