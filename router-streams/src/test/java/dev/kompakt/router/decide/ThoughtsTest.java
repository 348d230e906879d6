package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.Packing;
import dev.kompakt.schemas.history.Piece;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Work;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Histories with reasoning that only one account can read.
class ThoughtsTest {
  private static final String SESSION = "cd".repeat(32);
  private static final Outcome UNREADABLE =
      new Outcome.Rejected(400, "invalid_encrypted_content", null);

  /// What is sent of three items of which the second is a thought.
  private static final List<Piece> WITHOUT =
      List.of(new Piece.Copy(0, 1000), new Piece.Copy(2001, 1001));

  private final Run run = Run.of(Fixtures.NATIVE);

  private static Submitted thoughtful(boolean ciphertext) {
    History history =
        Fixtures.unreadable(
            Fixtures.spans(3, 1000), ciphertext, List.of(new ByteRange(1001, 1000)));
    return Fixtures.of(Fixtures.whole(history), SESSION, null);
  }

  private static @Nullable List<Piece> pieces(Job job) {
    return ((Work.Whole) job.work()).pieces();
  }

  private void bind(AccountId account) {
    run.sessions.put(SESSION, new SessionBinding(account, run.now));
  }

  private void pause(AccountId account, Pause.Cause cause, Duration left) {
    run.note(Standing.fresh(account).paused(new Pause(run.now.plus(left), cause, run.now)));
  }

  @Test
  void shouldSendThemToTheirMaker() {
    // Given
    bind(Fixtures.TEAM_B);

    // When
    run.submit(thoughtful(false));

    // Then
    Job job = run.newJob();
    assertThat(job.account()).isEqualTo(Fixtures.TEAM_B);
    assertThat(pieces(job)).isNull();
  }

  @Test
  void shouldGoOnElsewhereWithoutThemWhenTheirMakerIsUsedUp() {
    // Given
    bind(Fixtures.TEAM_B);
    pause(Fixtures.TEAM_B, Pause.Cause.QUOTA_EXHAUSTED, Duration.ofHours(1));

    // When
    run.submit(thoughtful(false));

    // Then
    Job job = run.newJob();
    assertThat(job.account()).isEqualTo(Fixtures.TEAM_A);
    assertThat(job.mode()).isEqualTo(Mode.NATIVE);
    assertThat(pieces(job)).isEqualTo(WITHOUT);
    run.succeed(job);
    assertThat(run.sessions).containsEntry(SESSION, new SessionBinding(Fixtures.TEAM_A, run.now));
  }

  @Test
  void shouldWaitForTheirMakerWhenItOnlyLacksRoomOrIsBackSoon() {
    // Given
    bind(Fixtures.TEAM_B);
    pause(Fixtures.TEAM_B, Pause.Cause.RATE_LIMITED, Duration.ofSeconds(9));
    run.submit(thoughtful(false));
    assertThat(run.newJobs()).isEmpty();

    // When
    run.pass(Duration.ofSeconds(9));
    Job job = run.newJob();
    run.finish(job, new Outcome.Declined(run.now.plusSeconds(50)));

    // Then
    Job again = run.newJob();
    assertThat(List.of(job, again))
        .allSatisfy(
            sent -> {
              assertThat(sent.account()).isEqualTo(Fixtures.TEAM_B);
              assertThat(pieces(sent)).isNull();
            });
    assertThat(again.stays()).isTrue();
  }

  @Test
  void shouldTakeThemAlongAgainWhenNobodyCouldTakeTheRestBeforeTheirMakerWasBack() {
    // Given
    bind(Fixtures.TEAM_B);
    pause(Fixtures.TEAM_A, Pause.Cause.QUOTA_EXHAUSTED, Duration.ofHours(1));
    pause(Fixtures.TEAM_B, Pause.Cause.RATE_LIMITED, Duration.ofMinutes(1));

    // When
    run.submit(thoughtful(false)).pass(Duration.ofMinutes(1));

    // Then
    Job job = run.newJob();
    assertThat(job.account()).isEqualTo(Fixtures.TEAM_B);
    assertThat(pieces(job)).isNull();
  }

  @Test
  void shouldLeaveThemOutAtOnceWhenTheAccountDidNotMakeThem() {
    // Given
    bind(Fixtures.TEAM_B);
    run.submit(thoughtful(false));

    // When
    run.finish(run.newJob(), UNREADABLE);

    // Then
    Job again = run.newJob();
    assertThat(again.account()).isEqualTo(Fixtures.TEAM_B);
    assertThat(pieces(again)).isEqualTo(WITHOUT);
    assertThat(run.running().layer().nodes().getFirst().assignment().spent()).isZero();
    assertThat(run.standings.values()).extracting(Standing::pause).containsOnlyNulls();
    run.succeed(again);
    assertThat(run.status().completion()).isInstanceOf(Completion.Completed.class);
    assertThat(run.status().progress().calls()).isEqualTo(2);
  }

  @Test
  void shouldFailWhenItIsUnreadableWithoutThemToo() {
    // Given
    run.submit(thoughtful(false)).finish(run.newJob(), UNREADABLE);

    // When
    run.finish(run.newJob(), UNREADABLE);

    // Then
    assertThat(run.newJobs()).isEmpty();
    assertThat(run.status().completion())
        .isInstanceOfSatisfying(
            Completion.Failed.class,
            failed -> assertThat(failed.failure().code()).isEqualTo("invalid_encrypted_content"));
  }

  @Test
  void shouldStayWithTheMakerWhenThereIsOtherCiphertextToo() {
    // Given
    bind(Fixtures.TEAM_B);
    run.submit(thoughtful(true));

    // When
    Job job = run.newJob();
    run.finish(job, UNREADABLE);

    // Then
    assertThat(job.account()).isEqualTo(Fixtures.TEAM_B);
    assertThat(pieces(job)).isNull();
    assertThat(run.newJobs()).isEmpty();
    assertThat(run.status().completion()).isInstanceOf(Completion.Failed.class);
  }

  @Test
  void shouldNeverSendThemToBeSummarized() {
    // Given
    Run summarizing = Run.of(Fixtures.provider(Mode.SUMMARIZE, List.of(Fixtures.TEAM_A)));
    bind(Fixtures.TEAM_B);

    // When
    Job whole = summarizing.submit(thoughtful(true)).newJob();
    Job fallback =
        run.submit(thoughtful(false)).finish(run.newJob(), new Outcome.Unsupported(404)).newJob();

    // Then
    assertThat(pieces(whole)).isEqualTo(WITHOUT);
    assertThat(fallback.mode()).isEqualTo(Mode.SUMMARIZE);
    assertThat(pieces(fallback)).isEqualTo(WITHOUT);
    assertThat(run.running().layer().nodes().getFirst().assignment().content().bytes())
        .isEqualTo(2001);
  }

  @Test
  void shouldSpreadPartsOfAHistoryThatHasNoOtherCiphertext() {
    // Given
    bind(Fixtures.TEAM_B);
    Submitted whole = thoughtful(false);
    Packing packing = new Packing(whole.history());
    Submitted packed =
        Fixtures.of(
            Fixtures.submitted(whole.history(), packing.pack(packing.whole(), 1000), whole.at()),
            SESSION,
            null);

    // When
    run.submit(packed).succeed(run.newJob());

    // Then
    assertThat(run.jobs).extracting(Job::account).contains(Fixtures.TEAM_A, Fixtures.TEAM_B);
    assertThat(run.jobs)
        .flatExtracting(job -> ((Work.Chunk) job.work()).pieces())
        .containsExactlyInAnyOrder(new Piece.Copy(0, 1000), new Piece.Copy(2002, 1000));
  }
}
