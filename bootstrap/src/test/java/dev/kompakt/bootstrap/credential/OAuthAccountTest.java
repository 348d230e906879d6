package dev.kompakt.bootstrap.credential;

import static dev.kompakt.bootstrap.credential.SharedAccount.ACCOUNT;
import static dev.kompakt.bootstrap.credential.SharedAccount.BRIEF;
import static dev.kompakt.bootstrap.credential.SharedAccount.carried;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.CredentialEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Tokens that are renewed, by one of several processes at a time.
@Timeout(60)
class OAuthAccountTest {
  private SharedAccount shared;

  @BeforeEach
  void start() throws IOException {
    shared = new SharedAccount();
  }

  @AfterEach
  void stop() {
    shared.close();
  }

  @Test
  void shouldGetATokenForTheConfigsAndKeepItForAllProcesses() throws Exception {
    // When
    Access first = shared.process("rt-1").access();
    Access second = shared.process("rt-1").access();

    // Then
    assertThat(carried(first)).isEqualTo("Bearer at-2");
    assertThat(carried(second)).isEqualTo("Bearer at-2");
    assertThat(((Access.Granted) first).headers()).containsEntry("chatgpt-account-id", "acc-1");
    assertThat(shared.endpoint.used()).containsExactly("rt-1");
    assertThat(shared.log.records().toString()).doesNotContain("at-2").doesNotContain("rt-");
  }

  @Test
  void shouldRenewBeforeTheEndAndServeOnWhileItCannot() throws Exception {
    // Given
    OAuthAccount account = shared.process("rt-1");
    account.access();
    shared.now.set(shared.now.get().plusSeconds(3400));

    // When
    shared.endpoint.doing(exchange -> SingleUseEndpoint.respond(exchange, 500, "{}"));
    Access old = account.access();
    shared.endpoint.doing(_ -> false);
    shared.now.set(shared.now.get().plusSeconds(6));
    Access renewed = account.access();

    // Then
    assertThat(carried(old)).isEqualTo("Bearer at-2");
    assertThat(carried(renewed)).isEqualTo("Bearer at-3");
  }

  @Test
  void shouldRenewOnceForAllThatWereRefusedWithTheSame() throws Exception {
    // Given
    List<OAuthAccount> processes =
        List.of(shared.process("rt-1"), shared.process("rt-1"), shared.process("rt-1"));
    Access.Granted refused = (Access.Granted) processes.getFirst().access();

    // When
    List<Callable<Access>> callers = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      OAuthAccount process = processes.get(i % 3);
      callers.add(() -> process.after(refused));
    }

    // Then
    for (Future<Access> caller : shared.threads.invokeAll(callers)) {
      assertThat(carried(caller.get())).isEqualTo("Bearer at-3");
    }
    assertThat(shared.endpoint.used()).containsExactly("rt-1", "rt-2");
    assertThat(shared.endpoint.violations()).isEmpty();
  }

  @Test
  void shouldNeverUseATokenTwiceHoweverProcessesRace() throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      // Given
      SharedLog own = new SharedLog(seed);
      shared.endpoint.signIn(1);
      shared.endpoint.used().clear();
      List<OAuthAccount> processes = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        processes.add(shared.process(own, "rt-1", BRIEF));
      }

      // When
      List<Callable<Access>> callers = new ArrayList<>();
      for (OAuthAccount process : processes) {
        for (int caller = 0; caller < 3; caller++) {
          callers.add(
              () -> {
                Access access = process.access();
                for (int round = 0; round < 5; round++) {
                  access = process.after((Access.Granted) access);
                }
                return access;
              });
        }
      }

      // Then
      for (Future<Access> caller : shared.threads.invokeAll(callers)) {
        assertThat(caller.get()).as("seed %d", seed).isInstanceOf(Access.Granted.class);
      }
      assertThat(shared.endpoint.violations()).as("seed %d", seed).isEmpty();
      assertThat(shared.endpoint.used()).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldTakeOverFromAProcessThatDiedWithItsClaim() throws Exception {
    // Given
    shared.process("rt-1").access();
    shared.now.set(shared.now.get().plusSeconds(3600));
    CredentialLog dead = shared.log.process();
    dead.write(
        new CredentialEvent.Claimed(
            ACCOUNT,
            "dead",
            shared.now.get(),
            shared.now.get().plusSeconds(30),
            shared.log.records().size() - 1L));

    // When
    Access access = shared.process("rt-1").access();

    // Then
    assertThat(carried(access)).isEqualTo("Bearer at-3");
    assertThat(shared.endpoint.violations()).isEmpty();
  }

  @Test
  void shouldNotWaitForAClaimThatEndedLongAgo() throws Exception {
    // Given
    shared
        .log
        .process()
        .write(
            new CredentialEvent.Claimed(ACCOUNT, "dead", shared.now.get(), shared.now.get(), -1));
    shared.now.set(shared.now.get().plusSeconds(61));
    Timing patient =
        new Timing(
            Duration.ofHours(1), BRIEF.ask(), BRIEF.patience(), BRIEF.refused(), BRIEF.skew());

    // When, Then
    assertThat(carried(shared.process(shared.log, "rt-1", patient).access()))
        .isEqualTo("Bearer at-2");
  }

  @Test
  void shouldPreferATokenTheOwnerSetAfterwardsAndNeverOneThatIsUsedUp() throws Exception {
    // Given
    OAuthAccount before = shared.process("rt-1");
    before.access();
    shared.endpoint.signIn(50);

    // When
    OAuthAccount after = shared.process("rt-50");
    Access renewed = after.access();

    // Then
    assertThat(carried(renewed)).isEqualTo("Bearer at-51");
    assertThat(carried(shared.process("rt-1").access()))
        .as("a process whose config is of before")
        .isEqualTo("Bearer at-51");
    assertThat(shared.endpoint.used()).containsExactly("rt-1", "rt-50");
  }

  @Test
  void shouldRenewByItselfWhereTheConfigHasANewerToken() throws Exception {
    // Given
    shared.process("rt-1").access();
    shared.endpoint.signIn(50);
    OAuthAccount restarted = shared.process("rt-50");
    OAuthAccount unchanged = shared.process("rt-1");

    // When
    unchanged.succeedStored();
    restarted.succeedStored();

    // Then
    assertThat(carried(restarted.access())).isEqualTo("Bearer at-51");
    assertThat(shared.endpoint.used()).containsExactly("rt-1", "rt-50");
  }

  @Test
  void shouldGoOnForOthersWhenACallerLeaves() throws Exception {
    // Given
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    shared.endpoint.doing(
        _ -> {
          asked.countDown();
          try {
            return !answer.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            return true;
          }
        });
    OAuthAccount account = shared.process(shared.log, "rt-1", Timing.DEFAULT);
    Future<Access> leaving = shared.threads.submit(account::access);
    asked.await();

    // When
    leaving.cancel(true);
    Future<Access> staying = shared.threads.submit(account::access);
    answer.countDown();

    // Then
    assertThat(carried(staying.get())).isEqualTo("Bearer at-2");
    assertThat(shared.endpoint.used()).containsExactly("rt-1");
  }
}
