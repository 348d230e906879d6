package dev.kompakt.ingress.admin;

import static dev.kompakt.ingress.admin.FailedCompactions.NOW;
import static dev.kompakt.ingress.admin.FailedCompactions.id;
import static dev.kompakt.ingress.admin.FailedCompactions.json;
import static dev.kompakt.ingress.admin.FailedCompactions.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.ingress.publish.Submissions;
import dev.kompakt.ingress.replay.Letters;
import dev.kompakt.ingress.replay.Replays;
import dev.kompakt.schemas.id.ReplayId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.DeadLetter.Cause;
import dev.kompakt.schemas.record.Replay;
import dev.kompakt.schemas.record.Submission.ReplayRequested;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What becomes of asking for replays, and how they are listed.
class ReplayEndpointsTest {
  private static final Duration DEADLINE = Duration.ofMinutes(30);
  private static final List<KompaktConfig.Account> ACCOUNTS =
      ConfigLoader.load(
              null,
              Map.of(),
              Map.of(
                  "providers",
                  "[{id: openai, baseUrl: 'http://127.0.0.1:1', mode: native}]",
                  "accounts",
                  "[{id: a, provider: openai, apiKey: 'env:A'}]"))
          .accounts();

  private final FailedCompactions compactions = new FailedCompactions();
  private final List<ReplayRequested> asked = new ArrayList<>();

  /// A router that heeds the first request for a failure.
  private final Submissions router =
      submission -> {
        if (submission instanceof ReplayRequested request) {
          asked.add(request);
          CompactionStatus status =
              Objects.requireNonNull(compactions.statuses.find(request.compaction()));
          if (status.completion() instanceof Completion.Failed) {
            compactions.tell(request.compaction(), null, request.replay());
          }
        }
      };

  private final ReplayRequest post = request(router, 5);

  private ReplayRequest request(Submissions submissions, long firstKept) {
    return new ReplayRequest(
        new Replays(
            compactions.letters,
            compactions.statuses,
            submissions,
            () -> Map.of(0, firstKept),
            DEADLINE,
            compactions.clock),
        compactions.statuses,
        ACCOUNTS,
        compactions.clock);
  }

  private static String replay(DeadLetter letter) {
    return ReplayId.of(id(letter), letter.at()).value();
  }

  @Test
  void shouldAskForAReplayOnceAndTellTheSecondOfIt() {
    // Given
    DeadLetter letter = compactions.failed(1, Cause.REJECTED, NOW.minusSeconds(9));
    Map<String, String> both = Map.of("id", id(letter).value(), "account", "a");

    // When
    JsonNode first = json(post.answer(both)).at("/data/0");
    JsonNode second = json(post.answer(both)).at("/data/0");

    // Then
    assertThat(first.get("outcome").asString()).isEqualTo("created");
    assertThat(second.get("outcome").asString()).isEqualTo("existing");
    assertThat(List.of(first.get("id").asString(), second.get("id").asString()))
        .containsOnly(replay(letter));
    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst().failedAt()).isEqualTo(letter.at());
    assertThat(asked.getFirst().deadline()).isEqualTo(NOW.plus(DEADLINE));
    assertThat(asked.getFirst().replay().account()).isEqualTo(ACCOUNTS.getFirst().id());
    assertThat(first.get("account").asString()).isEqualTo("a");
  }

  @Test
  void shouldTellOfTheOthersReplayWhenTwoAskAtOnce() {
    // Given
    DeadLetter letter = compactions.failed(1, Cause.REJECTED, NOW.minusSeconds(9));
    Submissions outrun =
        submission -> {
          Replay others =
              new Replay(
                  ((ReplayRequested) submission).replay().id(),
                  NOW.minusMillis(1),
                  NOW,
                  null,
                  null,
                  null);
          compactions.tell(submission.compaction(), null, others);
        };

    // When
    JsonNode answer = json(request(outrun, 0).answer(Map.of("id", id(letter).value())));

    // Then
    assertThat(answer.at("/data/0/outcome").asString()).isEqualTo("existing");
    assertThat(answer.at("/data/0/id").asString()).isEqualTo(replay(letter));
  }

  @Test
  void shouldOnlyTellWhenItIsADryRun() {
    // Given
    compactions.failed(1, Cause.REJECTED, NOW.minusSeconds(9));
    compactions.failed(2, Cause.REJECTED, NOW.minusSeconds(8));

    // When
    JsonNode dry = json(post.answer(Map.of("dry_run", "true")));
    JsonNode local = json(post.answer(Map.of("dry_run", "true", "mode", "local")));

    // Then
    assertThat(texts(dry.get("data"), "outcome")).containsOnly("ready");
    assertThat(dry.at("/remaining/calls").asInt()).isEqualTo(4);
    assertThat(dry.at("/remaining/bytes").asLong()).isEqualTo(2_000);
    assertThat(local.at("/remaining/calls").asInt()).isZero();
    assertThat(asked).isEmpty();
  }

  @Test
  void shouldBeginOneAfterTheOtherTheOldestFirst() {
    // Given
    DeadLetter older = compactions.failed(2, Cause.REJECTED, NOW.minusSeconds(9));
    DeadLetter younger = compactions.failed(1, Cause.REJECTED, NOW.minusSeconds(8));

    // When
    JsonNode answer = json(post.answer(Map.of("cause", "rejected", "rate", "30/m")));

    // Then
    assertThat(asked.stream().map(request -> request.compaction()))
        .containsExactly(id(older), id(younger));
    assertThat(asked.get(1).replay().start()).isEqualTo(NOW.plusSeconds(2));
    assertThat(asked.get(1).deadline()).isEqualTo(NOW.plusSeconds(2).plus(DEADLINE));
    assertThat(texts(answer.get("data"), "status")).containsExactly("in_progress", "scheduled");
    assertThatThrownBy(() -> post.answer(Map.of("cause", "rejected", "rate", "fast")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("30/m");
  }

  @Test
  void shouldReportAndNotAskForWhatCannotBeReplayed() {
    // Given
    DeadLetter lost = compactions.failed(1, Cause.REJECTED, NOW.minusSeconds(9));
    DeadLetter forgotten = compactions.failed(2, Cause.REJECTED, NOW.minus(Duration.ofDays(8)));
    DeadLetter running = compactions.failed(3, Cause.REJECTED, NOW.minusSeconds(7));
    compactions.tell(id(running), null, null);
    Letters.put(compactions.letters, DeadLetter.unreadable(NOW, null, "kompakt.jobs-0@1"));
    String ids =
        String.join(
            ",",
            id(lost).value(),
            id(forgotten).value(),
            id(running).value(),
            "kompakt.jobs-0@1",
            "cmpn_x");

    // When
    JsonNode named = json(request(router, 11).answer(Map.of("id", ids)));
    JsonNode selected =
        json(request(router, 11).answer(Map.of("since", NOW.minus(Duration.ofDays(9)).toString())));

    // Then
    assertThat(texts(named.get("data"), "outcome"))
        .containsExactly("lost", "forgotten", "not_failed", "unreadable", "unknown");
    assertThat(texts(selected.get("data"), "outcome")).containsExactly("lost", "forgotten");
    assertThat(asked).isEmpty();
    assertThat(named.get("data"))
        .allSatisfy(
            entry -> {
              assertThat(entry.get("id").isNull()).isTrue();
              assertThat(entry.get("remaining").isNull()).isTrue();
            });
    assertThat(named.at("/remaining/calls").asInt()).isZero();
  }

  @Test
  void shouldListAndShowReplays() {
    // Given
    DeadLetter going = compactions.failed(1, Cause.REJECTED, NOW.minusSeconds(9));
    post.answer(Map.of("id", id(going).value()));
    ReplayList list = new ReplayList(compactions.letters, compactions.statuses, compactions.clock);

    // When
    JsonNode all = json(list.answer(Map.of())).get("data");
    JsonNode failed = json(list.answer(Map.of("status", "failed"))).get("data");
    JsonNode one = json(list.one(Map.of("id", replay(going))));

    // Then
    assertThat(texts(all, "id")).containsExactly(replay(going));
    assertThat(failed).isEmpty();
    assertThat(one.get("compaction").asString()).isEqualTo(id(going).value());
    assertThat(one.at("/progress/calls").asInt()).isEqualTo(4);
    assertThatThrownBy(() -> list.one(Map.of("id", "rpl_")))
        .isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void shouldListTheLastToBeginFirst() {
    // Given
    DeadLetter older = compactions.failed(1, Cause.REJECTED, NOW.minusSeconds(9));
    DeadLetter middle = compactions.failed(2, Cause.REJECTED, NOW.minusSeconds(8));
    DeadLetter younger = compactions.failed(3, Cause.REJECTED, NOW.minusSeconds(7));
    post.answer(Map.of("cause", "rejected"));

    // When
    ReplayList list = new ReplayList(compactions.letters, compactions.statuses, compactions.clock);
    JsonNode all = json(list.answer(Map.of())).get("data");

    // Then
    assertThat(texts(all, "id")).containsExactly(replay(younger), replay(middle), replay(older));
  }

  @Test
  void shouldRefuseWhatMakesNoSense() {
    for (Map<String, String> wrong :
        List.of(
            Map.of("id", "cmpn_x", "account", "nobody"),
            Map.of("id", "cmpn_x", "account", "a", "mode", "local"),
            Map.of("id", "cmpn_x", "mode", "fast"),
            Map.of("id", "cmpn_x", "cause", "rejected"),
            Map.of("id", "cmpn_x", "dryrun", "true"))) {
      assertThatThrownBy(() -> post.answer(wrong))
          .as("%s", wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void shouldReplayNothingWhenNothingIsNamedOrSelected() {
    // Given
    compactions.failed(1, Cause.REJECTED, NOW.minusSeconds(9));

    // When, Then
    for (Map<String, String> all : List.of(Map.<String, String>of(), Map.of("rate", "1/s"))) {
      assertThatThrownBy(() -> post.answer(all))
          .as("%s", all)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("id");
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void shouldNotLetALastOneBeginLaterThanInAnHour() {
    // Given
    compactions.failed(1, Cause.REJECTED, NOW.minusSeconds(9));
    compactions.failed(2, Cause.REJECTED, NOW.minusSeconds(8));
    compactions.failed(3, Cause.REJECTED, NOW.minusSeconds(7));

    // When, Then
    assertThatThrownBy(() -> post.answer(Map.of("cause", "rejected", "rate", "1/h")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hour");
    assertThat(asked).isEmpty();
  }
}
