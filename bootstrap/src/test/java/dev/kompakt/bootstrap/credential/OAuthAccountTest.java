package dev.kompakt.bootstrap.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.config.Secret;
import dev.kompakt.bootstrap.seal.CredentialSeal;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.CredentialEvent;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Processes that share a log and an endpoint that forgives nothing.
@Timeout(60)
class OAuthAccountTest {
  private static final AccountId ACCOUNT = new AccountId("a");
  private static final Timing BRIEF =
      new Timing(
          Duration.ofMillis(1500),
          Duration.ofMillis(500),
          Duration.ofSeconds(4),
          Duration.ofSeconds(5),
          Duration.ofMinutes(1));

  private final SharedLog log = new SharedLog(7);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-20T10:00:00Z"));
  private final InstantSource clock = now::get;
  private ShortCalls calls;
  private SingleUseEndpoint endpoint;

  @BeforeEach
  void start() throws IOException {
    calls = new ShortCalls(Duration.ofSeconds(5));
    endpoint = new SingleUseEndpoint();
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
    calls.close();
    endpoint.close();
  }

  @Test
  void shouldGetATokenForTheConfigsAndKeepItForAllProcesses() throws Exception {
    // When
    Access first = process("rt-1").access();
    Access second = process("rt-1").access();

    // Then
    assertThat(carried(first)).isEqualTo("Bearer at-2");
    assertThat(carried(second)).isEqualTo("Bearer at-2");
    assertThat(((Access.Granted) first).headers()).containsEntry("chatgpt-account-id", "acc-1");
    assertThat(endpoint.used()).containsExactly("rt-1");
    assertThat(log.records().toString()).doesNotContain("at-2").doesNotContain("rt-");
  }

  @Test
  void shouldRenewBeforeTheEndAndServeOnWhileItCannot() throws Exception {
    // Given
    OAuthAccount account = process("rt-1");
    account.access();
    now.set(now.get().plusSeconds(3400));

    // When
    endpoint.doing(exchange -> SingleUseEndpoint.respond(exchange, 500, "{}"));
    Access old = account.access();
    endpoint.doing(_ -> false);
    now.set(now.get().plusSeconds(6));
    Access renewed = account.access();

    // Then
    assertThat(carried(old)).isEqualTo("Bearer at-2");
    assertThat(carried(renewed)).isEqualTo("Bearer at-3");
  }

  @Test
  void shouldRenewOnceForAllThatWereRefusedWithTheSame() throws Exception {
    // Given
    List<OAuthAccount> processes = List.of(process("rt-1"), process("rt-1"), process("rt-1"));
    Access.Granted refused = (Access.Granted) processes.getFirst().access();

    // When
    List<Callable<Access>> callers = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      OAuthAccount process = processes.get(i % 3);
      callers.add(() -> process.after(refused));
    }

    // Then
    for (Future<Access> caller : threads.invokeAll(callers)) {
      assertThat(carried(caller.get())).isEqualTo("Bearer at-3");
    }
    assertThat(endpoint.used()).containsExactly("rt-1", "rt-2");
    assertThat(endpoint.violations()).isEmpty();
  }

  @Test
  void shouldNeverUseATokenTwiceHoweverProcessesRace() throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      // Given
      SharedLog shared = new SharedLog(seed);
      endpoint.signIn(1);
      endpoint.used().clear();
      List<OAuthAccount> processes = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        processes.add(process(shared, "rt-1", BRIEF));
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
      for (Future<Access> caller : threads.invokeAll(callers)) {
        assertThat(caller.get()).as("seed %d", seed).isInstanceOf(Access.Granted.class);
      }
      assertThat(endpoint.violations()).as("seed %d", seed).isEmpty();
      assertThat(endpoint.used()).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldTakeOverFromAProcessThatDiedWithItsClaim() throws Exception {
    // Given
    process("rt-1").access();
    now.set(now.get().plusSeconds(3600));
    CredentialLog dead = log.process();
    dead.write(
        new CredentialEvent.Claimed(
            ACCOUNT, "dead", now.get(), now.get().plusSeconds(30), log.records().size() - 1L));

    // When
    Access access = process("rt-1").access();

    // Then
    assertThat(carried(access)).isEqualTo("Bearer at-3");
    assertThat(endpoint.violations()).isEmpty();
  }

  @Test
  void shouldNotWaitForAClaimThatEndedLongAgo() throws Exception {
    // Given
    log.process().write(new CredentialEvent.Claimed(ACCOUNT, "dead", now.get(), now.get(), -1));
    now.set(now.get().plusSeconds(61));
    Timing patient =
        new Timing(
            Duration.ofHours(1), BRIEF.ask(), BRIEF.patience(), BRIEF.refused(), BRIEF.skew());

    // When, Then
    assertThat(carried(process(log, "rt-1", patient).access())).isEqualTo("Bearer at-2");
  }

  @Test
  void shouldAnswerForTheEndpointForAWhileOnceItHasRefused() throws Exception {
    // Given
    endpoint.doing(
        exchange -> SingleUseEndpoint.respond(exchange, 400, "{\"error\":\"invalid_grant\"}"));
    OAuthAccount one = process("rt-1");
    OAuthAccount other = process("rt-1");
    Access expected =
        new Access.Refused(
            new Outcome.Unauthorized(400, Outcome.Unauthorized.Standing.REAUTH_REQUIRED));

    // When, Then
    assertThat(one.access()).isEqualTo(expected);
    assertThat(one.access()).isEqualTo(expected);
    assertThat(other.access()).isEqualTo(expected);
    assertThat(endpoint.used()).hasSize(1);
    now.set(now.get().plusSeconds(5));
    assertThat(other.access()).isEqualTo(expected);
    assertThat(endpoint.used()).hasSize(2);
  }

  @Test
  void shouldAskAgainAtOnceWhereNothingWasAnswered() throws Exception {
    // Given
    endpoint.doing(
        exchange -> {
          exchange.close();
          return true;
        });
    OAuthAccount account = process("rt-1");

    // When
    Access lost = account.access();
    endpoint.doing(_ -> false);
    Access renewed = account.access();

    // Then
    assertThat(lost)
        .isEqualTo(new Access.Refused(new Outcome.Transient(Cause.CONNECTION_LOST, null, null)));
    assertThat(carried(renewed)).isEqualTo("Bearer at-2");
  }

  @Test
  void shouldGiveAnEndpointThatIsSilentUp() throws Exception {
    // Given
    CountDownLatch never = new CountDownLatch(1);
    endpoint.doing(
        _ -> {
          try {
            return never.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            return true;
          }
        });

    // When, Then
    assertThat(process("rt-1").access())
        .isEqualTo(new Access.Refused(new Outcome.Transient(Cause.TOTAL_TIMEOUT, null, null)));
  }

  @Test
  void shouldPreferATokenTheOwnerSetAfterwardsAndNeverOneThatIsUsedUp() throws Exception {
    // Given
    OAuthAccount before = process("rt-1");
    before.access();
    endpoint.signIn(50);

    // When
    OAuthAccount after = process("rt-50");
    Access renewed = after.access();

    // Then
    assertThat(carried(renewed)).isEqualTo("Bearer at-51");
    assertThat(carried(process("rt-1").access()))
        .as("a process whose config is of before")
        .isEqualTo("Bearer at-51");
    assertThat(endpoint.used()).containsExactly("rt-1", "rt-50");
  }

  @Test
  void shouldRenewByItselfWhereTheConfigHasANewerToken() throws Exception {
    // Given
    process("rt-1").access();
    endpoint.signIn(50);
    OAuthAccount restarted = process("rt-50");
    OAuthAccount unchanged = process("rt-1");

    // When
    unchanged.succeedStored();
    restarted.succeedStored();

    // Then
    assertThat(carried(restarted.access())).isEqualTo("Bearer at-51");
    assertThat(endpoint.used()).containsExactly("rt-1", "rt-50");
  }

  @Test
  void shouldGoOnForOthersWhenACallerLeaves() throws Exception {
    // Given
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    endpoint.doing(
        _ -> {
          asked.countDown();
          try {
            return !answer.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            return true;
          }
        });
    OAuthAccount account = process(log, "rt-1", Timing.DEFAULT);
    Future<Access> leaving = threads.submit(account::access);
    asked.await();

    // When
    leaving.cancel(true);
    Future<Access> staying = threads.submit(account::access);
    answer.countDown();

    // Then
    assertThat(carried(staying.get())).isEqualTo("Bearer at-2");
    assertThat(endpoint.used()).containsExactly("rt-1");
  }

  @Test
  void shouldKeepATokenThatKafkaDoesNotTakeAtOnce() throws Exception {
    // Given
    OAuthAccount account = process("rt-1");
    endpoint.doing(
        _ -> {
          log.failWrites(2);
          return false;
        });

    // When, Then
    assertThat(carried(account.access())).isEqualTo("Bearer at-2");
    assertThat(endpoint.used()).containsExactly("rt-1");
  }

  @Test
  void shouldBlameNobodyWhenKafkaTakesNoClaim() throws Exception {
    // Given
    log.failWrites(1);

    // When, Then
    assertThat(process("rt-1").access()).isEqualTo(new Access.Refused(new Outcome.Declined(null)));
    assertThat(endpoint.used()).isEmpty();
  }

  @Test
  void shouldBlameNobodyWhenTooManyRenewAtOnce() throws Exception {
    // Given
    Semaphore full = new Semaphore(0);
    Timing impatient =
        new Timing(
            BRIEF.claim(), BRIEF.ask(), Duration.ofMillis(100), BRIEF.refused(), BRIEF.skew());

    // When
    Access access = process(log, "rt-1", impatient, full).access();

    // Then
    assertThat(access).isEqualTo(new Access.Refused(new Outcome.Declined(null)));
    assertThat(endpoint.used()).isEmpty();
    assertThat(log.records()).isEmpty();
  }

  private OAuthAccount process(String refreshToken) {
    return process(log, refreshToken, BRIEF);
  }

  private OAuthAccount process(SharedLog shared, String refreshToken, Timing timing) {
    return process(shared, refreshToken, timing, new Semaphore(8));
  }

  private OAuthAccount process(
      SharedLog shared, String refreshToken, Timing timing, Semaphore gate) {
    KompaktConfig.OAuth oauth =
        new KompaktConfig.OAuth(
            endpoint.url(),
            "app",
            Secret.parse("env:UNUSED"),
            Map.of("chatgpt-account-id", "acc-1"));
    Means means =
        new Means(
            "process",
            shared.process(),
            new TokenEndpoint(calls, clock),
            gate,
            threads,
            timing,
            clock);
    SealedTokens tokens =
        new SealedTokens(new CredentialSeal(new SealingKey(new byte[32])), ACCOUNT, refreshToken);
    return new OAuthAccount(
        ACCOUNT,
        Map.of("chatgpt-account-id", "acc-1"),
        tokens,
        new Renewal(ACCOUNT, oauth, tokens, means),
        means,
        _ -> {});
  }

  private static String carried(Access access) {
    assertThat(access).isInstanceOf(Access.Granted.class);
    return ((Access.Granted) access).headers().getOrDefault("authorization", "");
  }
}
