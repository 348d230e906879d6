package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.ReplayId;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Replay;
import dev.kompakt.schemas.record.Submission.ReplayRequested;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Work;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplayTest {
  private static final Submitted WHOLE = Fixtures.whole(Fixtures.spans(10, 1000));
  private static final Submitted FOUR_CHUNKS = Fixtures.packed(Fixtures.spans(8, 100_000), 200_010);
  private static final Outcome REJECTED = new Outcome.Rejected(422, "bad_thing", null);

  private final Run run = Run.of(Fixtures.NATIVE);

  /// The replay of the latest failure, asked for now.
  private static Event replay(
      Run run, Instant start, @Nullable AccountId account, @Nullable Mode mode) {
    Instant failedAt = run.letters.isEmpty() ? run.now : run.letters.getLast().at();
    ProviderId provider = account == null ? null : Fixtures.PROVIDER;
    return new Event.Asked(
        new ReplayRequested(
            Fixtures.COMPACTION,
            run.now,
            failedAt,
            start.plus(Fixtures.DEADLINE),
            new Replay(
                ReplayId.of(Fixtures.COMPACTION, failedAt),
                run.now,
                start,
                provider,
                account,
                mode)));
  }

  static Event replay(Run run) {
    return replay(run, run.now, null, null);
  }

  /// A history of four chunks, of which the third is rejected while the fourth is still out.
  private Job rejectThird() {
    run.submit(FOUR_CHUNKS);
    run.succeed(run.newJob());
    List<Job> rest = run.newJobs();
    run.succeed(rest.get(0));
    run.finish(rest.get(1), REJECTED);
    run.pass(Duration.ofHours(2));
    return rest.get(2);
  }

  @Test
  void shouldBuyOnlyWhatIsMissingAsTheLetterSays() {
    // Given
    Job out = rejectThird();
    DeadLetter first = run.letters.getLast();
    run.succeed(out);
    DeadLetter letter = run.letters.getLast();
    assertThat(letter.remaining())
        .isNotNull()
        .satisfies(r -> assertThat(r.calls()).isEqualTo(2))
        .satisfies(r -> assertThat(r.bytes()).isBetween(200_000L, 220_000L))
        .satisfies(r -> assertThat(r.tokens()).isEqualTo((r.bytes() + 3) / 4));
    assertThat(letter.pointers())
        .isNotNull()
        .satisfies(p -> assertThat(p.results()).hasSize(3))
        .satisfies(p -> assertThat(p.items()).isEqualTo(FOUR_CHUNKS.history().items()));

    // When
    run.apply(replay(run));
    Job missing = run.newJob();
    run.succeed(missing);
    Job merge = run.newJob();
    run.succeed(merge);

    // Then
    assertThat(missing.work()).isInstanceOfSatisfying(Work.Chunk.class, c -> index(c, 2));
    assertThat(merge.work())
        .isInstanceOfSatisfying(Work.Merge.class, m -> assertThat(m.summaries()).hasSize(4));
    assertThat(run.newJobs()).isEmpty();
    assertThat(run.status().completion()).isInstanceOf(Completion.Completed.class);
    assertThat(run.status().replay())
        .isNotNull()
        .satisfies(
            r -> assertThat(r.id()).isEqualTo(ReplayId.of(Fixtures.COMPACTION, letter.at())));
    assertThat(first.remaining())
        .as("while an attempt is out")
        .isNotNull()
        .satisfies(r -> assertThat(r.calls()).isEqualTo(3));
    assertThat(first.at()).isEqualTo(letter.at());
    assertThat(run.letters).hasSize(2);
  }

  private static void index(Work.Chunk chunk, int index) {
    assertThat(chunk.index()).isEqualTo(index);
  }

  @Test
  void shouldReplayOnceWhenTwoAskForTheSame() {
    // Given
    run.submit(WHOLE);
    run.finish(run.newJob(), REJECTED);
    run.pass(Duration.ofHours(2));
    Event one = replay(run);
    run.now = run.now.plusMillis(1);
    Event other = replay(run);
    run.apply(one);

    // When
    run.apply(other);
    Job only = run.newJob();
    run.finish(only, REJECTED);
    run.apply(one).apply(other);

    // Then
    assertThat(run.newJobs()).isEmpty();
    assertThat(run.state()).isInstanceOf(CompactionState.Failed.class);
    assertThat(run.letters.getLast().replay())
        .isEqualTo(ReplayId.of(Fixtures.COMPACTION, run.letters.getFirst().at()));
  }

  @Test
  void shouldDoNothingWhenTheFailureIsNotTheLatest() {
    // Given
    run.submit(WHOLE);
    run.finish(run.newJob(), REJECTED);
    Event stale = replay(run);
    run.pass(Duration.ofHours(1));
    run.submit(Fixtures.again(WHOLE, run.now));
    run.finish(run.newJob(), REJECTED);

    // When
    run.apply(stale);

    // Then
    assertThat(run.newJobs()).isEmpty();
    assertThat(run.status().replay()).as("the latest run is a client's").isNull();
  }

  @Test
  void shouldIgnoreAReplayWhenNothingIsKnownOfTheCompaction() {
    // When
    run.apply(replay(run));

    // Then
    assertThat(run.state).isNull();
    assertThat(run.statuses).isEmpty();
  }

  @Test
  void shouldHaveAllCallsAgainWhenReplayed() {
    // Given
    Run few = new Run(Settings.DEFAULT.withCalls(1, 2), Fixtures.ONE_ACCOUNT);
    few.submit(WHOLE);
    few.finish(few.newJob(), new Outcome.RateLimited(Duration.ofSeconds(1)));
    few.pass(Duration.ofSeconds(2));
    few.finish(few.newJob(), new Outcome.RateLimited(Duration.ofSeconds(1)));
    assertThat(few.letters.getFirst().cause()).isEqualTo(DeadLetter.Cause.RATE_LIMITED);
    few.pass(Duration.ofSeconds(20));

    // When
    few.apply(replay(few));

    // Then
    few.succeed(few.newJob());
    assertThat(few.status().completion()).isInstanceOf(Completion.Completed.class);
    assertThat(few.status().progress().calls()).isEqualTo(3);
  }

  @Test
  void shouldWaitLongerThanItsCallerWouldHave() {
    // Given
    Run one = Run.of(Fixtures.ONE_ACCOUNT);
    Duration longerThanPatience = Settings.DEFAULT.patience().multipliedBy(3);
    one.submit(WHOLE);
    one.finish(one.newJob(), new Outcome.RateLimited(longerThanPatience));
    assertThat(one.letters).as("the caller is not kept waiting").hasSize(1);

    // When
    one.apply(replay(one));
    one.pass(longerThanPatience);

    // Then
    assertThat(one.letters).hasSize(1);
    one.succeed(one.newJob());
    assertThat(one.status().completion()).isInstanceOf(Completion.Completed.class);
  }

  @Test
  void shouldSendNothingBeforeItsStart() {
    // Given
    Job out = rejectThird();
    run.succeed(out);
    Instant start = run.now.plus(Duration.ofMinutes(5));

    // When
    run.apply(replay(run, start, null, null));
    run.pass(Duration.ofMinutes(5).minusMillis(1));
    List<Job> early = run.newJobs();
    run.pass(Duration.ofMillis(1));

    // Then
    assertThat(early).isEmpty();
    assertThat(run.newJob().at()).isEqualTo(start);
    assertThat(run.running().deadline()).isEqualTo(start.plus(Fixtures.DEADLINE));
  }

  @Test
  void shouldGoToNoOtherAccountThanTheOneNamed() {
    // Given
    run.succeed(rejectThird());
    AccountId usual = run.jobs.getLast().account();
    AccountId named = Fixtures.TEAM_A.equals(usual) ? Fixtures.TEAM_B : Fixtures.TEAM_A;

    // When
    run.apply(replay(run, run.now, named, null));
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofSeconds(20)));
    List<Job> elsewhere = run.newJobs();
    run.pass(Duration.ofSeconds(30));
    Job again = run.newJob();
    run.succeed(again);
    Job merge = run.newJob();

    // Then
    assertThat(elsewhere).as("while the account rests").isEmpty();
    assertThat(again.account()).isEqualTo(named);
    assertThat(merge.account()).isEqualTo(named);
  }

  @Test
  void shouldCompactAllOfItLocallyWhereAPartIsMissing() {
    // Given
    Job out = rejectThird();

    // When
    run.apply(replay(run, run.now, null, Mode.LOCAL));
    Job local = run.newJob();
    run.succeed(out);
    run.succeed(local);

    // Then
    assertThat(local.mode()).isEqualTo(Mode.LOCAL);
    assertThat(local.account()).isNull();
    assertThat(local.work()).isInstanceOf(Work.Whole.class);
    assertThat(run.status().completion()).isInstanceOf(Completion.Completed.class);
  }

  @Test
  void shouldJoinWhatIsThereWhereOnlyTheMergeIsMissing() {
    // Given
    run.submit(FOUR_CHUNKS);
    run.succeed(run.newJob());
    run.newJobs().forEach(run::succeed);
    Job merge = run.newJob();
    run.start(merge, "worker-1");
    run.pass(Fixtures.DEADLINE);
    Job out = run.newJobs().getLast();
    DeadLetter letter = run.letters.getLast();
    assertThat(letter.cause()).isEqualTo(DeadLetter.Cause.TIMED_OUT);
    assertThat(letter.remaining()).isNotNull().satisfies(r -> assertThat(r.calls()).isEqualTo(1));
    run.finish(out, new Outcome.Cancelled());

    // When
    run.apply(replay(run, run.now, null, Mode.LOCAL));
    Job join = run.newJob();

    // Then
    assertThat(join.work())
        .isInstanceOfSatisfying(Work.Join.class, j -> assertThat(j.summaries()).hasSize(4));
  }

  @Test
  void shouldSendTheWholeInTheModeNamed() {
    // Given
    run.submit(WHOLE);
    run.finish(run.newJob(), REJECTED);

    // When
    run.apply(replay(run, run.now, null, Mode.SUMMARIZE));

    // Then
    assertThat(run.newJob().mode()).isEqualTo(Mode.SUMMARIZE);
  }

  @Test
  void shouldSayWhatAllOfItCostsWhenNothingHasBegun() {
    // Given
    Run nowhere = new Run(Settings.DEFAULT, null);

    // When
    nowhere.submit(FOUR_CHUNKS);

    // Then
    assertThat(nowhere.letters.getLast().remaining())
        .isNotNull()
        .satisfies(r -> assertThat(r.calls()).isEqualTo(5))
        .satisfies(r -> assertThat(r.bytes()).isBetween(800_000L, 850_000L));
  }
}
