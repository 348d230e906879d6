package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.it.Sdk.Answer;
import dev.kompakt.it.Sdk.Ask;
import dev.kompakt.it.Sdk.Command;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// Every SDK against a Kompakt that beats soon: what it returns, what it makes of a body that
/// breaks off, and how many calls the provider sees for it.
class SdkAnswersIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final FakeUpstream UPSTREAM = FakeUpstream.start();

  @TempDir private static Path home;
  private static Deployment kompakt;

  @BeforeAll
  static void deploy() {
    kompakt =
        Deployment.inOneJvm(
            home, Configs.provider(UPSTREAM, "native", "{ firstAfter: 300ms, every: 200ms }"));
  }

  @AfterAll
  static void stop() {
    kompakt.close();
    UPSTREAM.close();
  }

  @BeforeEach
  void forget() {
    UPSTREAM.reset();
  }

  private static Ask fresh() {
    return Ask.of(kompakt.data(), "remember " + UUID.randomUUID());
  }

  private static void assertCompacted(Answer answer, JsonNode compacted) {
    assertThat(answer.error()).as("%s", answer).isNull();
    assertThat(compacted.path("object").asString("")).isEqualTo("response.compaction");
    assertThat(Client.compactionItems(compacted)).as("%s", answer).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void shouldCompact(Sdk.Kind kind) {
    // When
    Answer answer = kind.open().send(Command.COMPACT, fresh());

    // Then
    assertCompacted(answer, answer.data());
    assertThat(UPSTREAM.calls()).extracting(Call::endpoint).containsExactly(Call.Endpoint.COMPACT);
    assertThat(UPSTREAM.violations()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void shouldCompactWhenKeepalivesComeFirst(Sdk.Kind kind) {
    // Given
    UPSTREAM.then(Reply.success().after(Duration.ofMillis(1500)));

    // When
    Answer answer = kind.open().send(Command.COMPACT, fresh());

    // Then
    assertCompacted(answer, answer.data());
    assertThat(UPSTREAM.count()).isEqualTo(1);
  }

  /// Which deadlines keepalives extend is as docs/clients.md says; whichever passes, the work done
  /// is not lost.
  @ParameterizedTest
  @EnumSource
  void shouldKeepToItsOwnDeadlineWhenKeepalivesComeFirst(Sdk.Kind kind) {
    // Given
    Sdk sdk = kind.open();
    Ask ask = fresh();
    UPSTREAM.then(Reply.success().after(Duration.ofSeconds(3)));

    // When
    Answer hasty = sdk.send(Command.COMPACT, ask.withRetries(0, Duration.ofSeconds(1)));
    Answer patient = sdk.send(Command.COMPACT, ask);

    // Then
    assertThat(hasty.error()).as("%s", hasty).isEqualTo(sdk.late());
    assertCompacted(patient, patient.data());
    assertThat(UPSTREAM.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void shouldHandOutTheResultLaterWhenAskedToRespondAsync(Sdk.Kind kind) {
    // Given
    Sdk sdk = kind.open();
    Ask ask = fresh().withHeader("Prefer", "respond-async");

    // When
    Answer accepted = sdk.send(Command.COMPACT, ask);

    // Then
    assertThat(accepted.error()).as("%s", accepted).isNull();
    assertThat(accepted.status()).isEqualTo(202);
    assertThat(accepted.data().path("id").asString()).startsWith("cmpn_");
    assertThat(accepted.location()).startsWith("/v1/compactions/cmpn_");
    Ask poll = ask.at(accepted.location().substring("/v1".length()));
    Answer answer =
        await()
            .atMost(PATIENCE)
            .until(
                () -> sdk.send(Command.POLL, poll),
                polled -> polled.data().path("status").asString("").equals("completed"));
    assertCompacted(answer, answer.data().path("result"));
    assertThat(UPSTREAM.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void shouldCostOneCallWhenSentAgainWithItsIdempotencyKey(Sdk.Kind kind) {
    // Given
    Sdk sdk = kind.open();
    Ask ask = fresh().withHeader("Idempotency-Key", UUID.randomUUID().toString());

    // When
    Answer first = sdk.send(Command.COMPACT, ask);
    Answer again = sdk.send(Command.COMPACT, ask);
    Answer other = sdk.send(Command.COMPACT, ask.withInput("something else"));

    // Then
    assertCompacted(first, first.data());
    assertThat(again.data()).isEqualTo(first.data());
    assertThat(other.error()).as("%s", other).isEqualTo(sdk.errorOf(422));
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.code()).isEqualTo("idempotency_key_reused");
    assertThat(UPSTREAM.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void shouldReportABrokenBodyAndThenTheTruthWhenItFailsAfterAKeepalive(Sdk.Kind kind) {
    // Given
    Sdk sdk = kind.open();
    Ask ask = fresh().withRetries(0, PATIENCE);
    UPSTREAM.then(Reply.invalidRequest().after(Duration.ofMillis(1200)));

    // When
    Answer broken = sdk.send(Command.COMPACT, ask);
    Answer again = sdk.send(Command.COMPACT, ask);

    // Then
    assertThat(broken.error()).as("%s", broken).isEqualTo(sdk.broken());
    assertThat(again.error()).as("%s", again).isEqualTo(sdk.errorOf(400));
    assertThat(again.code()).isEqualTo("invalid_value");
    assertThat(UPSTREAM.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void shouldMakeOrdinaryTurns(Sdk.Kind kind) {
    // Given
    Sdk sdk = kind.open();
    UPSTREAM.summarizing(_ -> "the answer is 42");

    // When
    Answer whole = sdk.send(Command.CREATE, fresh());
    Answer streamed = sdk.send(Command.STREAM, fresh());

    // Then
    for (Answer answer : new Answer[] {whole, streamed}) {
      assertThat(answer.error()).as("%s", answer).isNull();
      assertThat(answer.data().path("status").asString("")).isEqualTo("completed");
      assertThat(answer.data().at("/output/0/content/0/text").asString(""))
          .as("%s", answer)
          .contains("42");
    }
    assertThat(UPSTREAM.calls()).extracting(Call::stream).containsExactly(false, true);
    assertThat(UPSTREAM.violations()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void shouldReportAnErrorWhenAStreamBreaksOff(Sdk.Kind kind) {
    // Given
    Sdk sdk = kind.open();
    UPSTREAM.then(Reply.cut(400));

    // When
    Answer answer = sdk.send(Command.STREAM, fresh().withRetries(0, PATIENCE));

    // Then
    assertThat(answer.error()).as("%s", answer).isNotNull();
    assertThat(UPSTREAM.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void shouldListModels(Sdk.Kind kind) {
    // When
    Answer answer = kind.open().send(Command.MODELS, fresh());

    // Then
    assertThat(answer.error()).as("%s", answer).isNull();
    assertThat(answer.data().at("/data/0/id").asString("")).isEqualTo("gpt-5.5");
  }
}
