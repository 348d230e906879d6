package dev.kompakt.workers.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MembershipTest {
  private static final Duration SESSION = Duration.ofSeconds(6);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final Membership membership = new Membership(nanos::get);

  @Test
  void shouldBeCertainOfNothingBeforeACommitWasTaken() throws InterruptedException {
    assertThat(membership.certain(Duration.ZERO)).isFalse();
    assertThat(membership.stale()).isTrue();
  }

  @Test
  void shouldBeCertainForLessThanTheSessionAfterACommitWasSent() throws InterruptedException {
    // Given
    long sent = membership.now();
    membership.shown(sent);
    assertThat(membership.certain(Duration.ZERO)).isTrue();
    assertThat(membership.stale()).isFalse();

    // When
    pass(Duration.ofSeconds(3));
    boolean soon = membership.certain(Duration.ZERO);
    boolean stale = membership.stale();
    pass(Duration.ofSeconds(2));

    // Then
    assertThat(soon).isTrue();
    assertThat(stale).isTrue();
    assertThat(membership.certain(Duration.ZERO)).isFalse();
  }

  @Test
  void shouldNotBeCertainByAnAnswerThatCameTooLate() throws InterruptedException {
    // Given
    long sent = membership.now();

    // When
    pass(SESSION);
    membership.shown(sent);

    // Then
    assertThat(membership.certain(Duration.ZERO)).isFalse();
  }

  @Test
  void shouldNotForgetALaterCommitForAnEarlierOne() throws InterruptedException {
    // Given
    long first = membership.now();
    pass(SESSION);
    membership.shown(membership.now());

    // When
    membership.shown(first);

    // Then
    assertThat(membership.certain(Duration.ZERO)).isTrue();
  }

  @Test
  void shouldWakeWhoWaits() throws Exception {
    // Given
    CompletableFuture<Boolean> waiting = new CompletableFuture<>();
    Thread waits =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    waiting.complete(membership.certain(Duration.ofMinutes(5)));
                  } catch (InterruptedException e) {
                    waiting.completeExceptionally(e);
                  }
                });

    // When
    membership.shown(membership.now());

    // Then
    assertThat(waiting.get(20, TimeUnit.SECONDS)).isTrue();
    waits.join();
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
