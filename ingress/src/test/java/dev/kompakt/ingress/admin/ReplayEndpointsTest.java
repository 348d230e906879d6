package dev.kompakt.ingress.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.admin.AdminEndpoint;
import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.ingress.publish.Submissions;
import dev.kompakt.ingress.replay.DeadLetters;
import dev.kompakt.ingress.replay.Letters;
import dev.kompakt.ingress.replay.Replays;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.ReplayId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.DeadLetter.Cause;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Replay;
import dev.kompakt.schemas.record.Submission.ReplayRequested;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReplayEndpointsTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
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

  private final Map<CompactionId, CompactionStatus> known = new ConcurrentHashMap<>();
  private final List<ReplayRequested> asked = new ArrayList<>();
  private final DeadLetters letters = new DeadLetters();
  private final Statuses statuses =
      new Statuses() {
        @Override
        public @Nullable CompactionStatus find(CompactionId compaction) {
          return known.get(compaction);
        }

        @Override
        public Collection<CompactionStatus> all() {
          return known.values();
        }
      };
  private final InstantSource clock = () -> NOW;

  /// A router that heeds the first request for a failure.
  private final Submissions router =
      submission -> {
        if (submission instanceof ReplayRequested request) {
          asked.add(request);
          CompactionStatus status = Objects.requireNonNull(known.get(request.compaction()));
          if (status.completion() instanceof Completion.Failed) {
            tell(request.compaction(), null, request.replay());
          }
        }
      };

  private final ReplayRequest post = request(router, 5);

  private ReplayRequest request(Submissions submissions, long firstKept) {
    return new ReplayRequest(
        new Replays(letters, statuses, submissions, () -> Map.of(0, firstKept), DEADLINE, clock),
        statuses,
        ACCOUNTS,
        clock);
  }

  private void tell(
      CompactionId compaction, @Nullable Completion completion, @Nullable Replay replay) {
    known.put(
        compaction,
        new CompactionStatus(
            compaction,
            TenantId.LOCAL,
            "c",
            null,
            "m",
            Mode.NATIVE,
            1,
            NOW,
            NOW,
            null,
            new CompactionStatus.Progress(4, 3, 0, 4),
            new CompactionStatus.Size(8, 800, 200),
            completion,
            replay));
  }

  /// A compaction that failed.
  private DeadLetter failed(int number, Cause cause, Instant at) {
    DeadLetter letter = Letters.letter(number, cause, at);
    Letters.put(letters, letter);
    tell(id(letter), new Completion.Failed(Objects.requireNonNull(letter.failure())), null);
    return letter;
  }

  private static CompactionId id(DeadLetter letter) {
    return Objects.requireNonNull(letter.compaction());
  }

  private static String replay(DeadLetter letter) {
    return ReplayId.of(id(letter), letter.at()).value();
  }

  private static JsonNode json(AdminEndpoint.Reply reply) {
    return new JsonMapper().readTree(reply.body());
  }

  private JsonNode list(Map<String, String> parameters) {
    return json(new DeadLetterList(letters, statuses, clock).answer(parameters)).get("data");
  }

  private static List<String> texts(JsonNode list, String field) {
    return list.valueStream().map(entry -> entry.path(field).asString("")).toList();
  }

  @Test
  void shouldListWhatFailedAndStillIsSo() {
    // Given
    DeadLetter old = failed(1, Cause.REJECTED, NOW.minusSeconds(7200));
    DeadLetter gone = failed(2, Cause.REJECTED, NOW.minusSeconds(3600));
    DeadLetter recent = failed(3, Cause.RATE_LIMITED, NOW.minusSeconds(60));
    Letters.put(letters, DeadLetter.unreadable(NOW, id(old), "kompakt.outcomes-1@77"));
    tell(id(gone), null, null);

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
    assertThatThrownBy(() -> list(Map.of("since", "yesterday")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldCountCausesWhenGrouped() {
    // Given
    failed(1, Cause.REJECTED, NOW.minusSeconds(50));
    DeadLetter limited = failed(2, Cause.RATE_LIMITED, NOW.minusSeconds(40));
    DeadLetter last = failed(3, Cause.REJECTED, NOW.minusSeconds(30));

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
    DeadLetter letter = failed(1, Cause.REJECTED, NOW);
    DeadLetterList endpoint = new DeadLetterList(letters, statuses, clock);

    // When
    JsonNode shown = json(endpoint.one(Map.of("id", id(letter).value())));

    // Then
    assertThat(shown.at("/pointers/items/offsets/0").asLong()).isEqualTo(10);
    assertThatThrownBy(() -> endpoint.one(Map.of("id", "cmpn_")))
        .isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void shouldAskForAReplayOnceAndTellTheSecondOfIt() {
    // Given
    DeadLetter letter = failed(1, Cause.REJECTED, NOW.minusSeconds(9));
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
    DeadLetter letter = failed(1, Cause.REJECTED, NOW.minusSeconds(9));
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
          tell(submission.compaction(), null, others);
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
    failed(1, Cause.REJECTED, NOW.minusSeconds(9));
    failed(2, Cause.REJECTED, NOW.minusSeconds(8));

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
    DeadLetter older = failed(2, Cause.REJECTED, NOW.minusSeconds(9));
    DeadLetter younger = failed(1, Cause.REJECTED, NOW.minusSeconds(8));

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
    DeadLetter lost = failed(1, Cause.REJECTED, NOW.minusSeconds(9));
    DeadLetter forgotten = failed(2, Cause.REJECTED, NOW.minus(Duration.ofDays(8)));
    DeadLetter running = failed(3, Cause.REJECTED, NOW.minusSeconds(7));
    tell(id(running), null, null);
    Letters.put(letters, DeadLetter.unreadable(NOW, null, "kompakt.jobs-0@1"));
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
    DeadLetter going = failed(1, Cause.REJECTED, NOW.minusSeconds(9));
    post.answer(Map.of("id", id(going).value()));
    ReplayList list = new ReplayList(letters, statuses, clock);

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
    DeadLetter older = failed(1, Cause.REJECTED, NOW.minusSeconds(9));
    DeadLetter middle = failed(2, Cause.REJECTED, NOW.minusSeconds(8));
    DeadLetter younger = failed(3, Cause.REJECTED, NOW.minusSeconds(7));
    post.answer(Map.of("cause", "rejected"));

    // When
    JsonNode all = json(new ReplayList(letters, statuses, clock).answer(Map.of())).get("data");

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
    failed(1, Cause.REJECTED, NOW.minusSeconds(9));

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
    failed(1, Cause.REJECTED, NOW.minusSeconds(9));
    failed(2, Cause.REJECTED, NOW.minusSeconds(8));
    failed(3, Cause.REJECTED, NOW.minusSeconds(7));

    // When, Then
    assertThatThrownBy(() -> post.answer(Map.of("cause", "rejected", "rate", "1/h")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hour");
    assertThat(asked).isEmpty();
  }
}
