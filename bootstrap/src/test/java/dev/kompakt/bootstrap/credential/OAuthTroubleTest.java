package dev.kompakt.bootstrap.credential;

import static dev.kompakt.bootstrap.credential.SharedAccount.BRIEF;
import static dev.kompakt.bootstrap.credential.SharedAccount.carried;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Renewals that fail, at the endpoint or at Kafka.
@Timeout(60)
class OAuthTroubleTest {
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
  void shouldAnswerForTheEndpointForAWhileOnceItHasRefused() throws Exception {
    // Given
    shared.endpoint.doing(
        exchange -> SingleUseEndpoint.respond(exchange, 400, "{\"error\":\"invalid_grant\"}"));
    OAuthAccount one = shared.process("rt-1");
    OAuthAccount other = shared.process("rt-1");
    Access expected =
        new Access.Refused(
            new Outcome.Unauthorized(400, Outcome.Unauthorized.Standing.REAUTH_REQUIRED));

    // When, Then
    assertThat(one.access()).isEqualTo(expected);
    assertThat(one.access()).isEqualTo(expected);
    assertThat(other.access()).isEqualTo(expected);
    assertThat(shared.endpoint.used()).hasSize(1);
    shared.now.set(shared.now.get().plusSeconds(5));
    assertThat(other.access()).isEqualTo(expected);
    assertThat(shared.endpoint.used()).hasSize(2);
  }

  @Test
  void shouldAskAgainAtOnceWhereNothingWasAnswered() throws Exception {
    // Given
    shared.endpoint.doing(
        exchange -> {
          exchange.close();
          return true;
        });
    OAuthAccount account = shared.process("rt-1");

    // When
    Access lost = account.access();
    shared.endpoint.doing(_ -> false);
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
    shared.endpoint.doing(
        _ -> {
          try {
            return never.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            return true;
          }
        });

    // When, Then
    assertThat(shared.process("rt-1").access())
        .isEqualTo(new Access.Refused(new Outcome.Transient(Cause.TOTAL_TIMEOUT, null, null)));
  }

  @Test
  void shouldKeepATokenThatKafkaDoesNotTakeAtOnce() throws Exception {
    // Given
    OAuthAccount account = shared.process("rt-1");
    shared.endpoint.doing(
        _ -> {
          shared.log.failWrites(2);
          return false;
        });

    // When, Then
    assertThat(carried(account.access())).isEqualTo("Bearer at-2");
    assertThat(shared.endpoint.used()).containsExactly("rt-1");
  }

  @Test
  void shouldBlameNobodyWhenKafkaTakesNoClaim() throws Exception {
    // Given
    shared.log.failWrites(1);

    // When, Then
    assertThat(shared.process("rt-1").access())
        .isEqualTo(new Access.Refused(new Outcome.Declined(null)));
    assertThat(shared.endpoint.used()).isEmpty();
  }

  @Test
  void shouldBlameNobodyWhenTooManyRenewAtOnce() throws Exception {
    // Given
    Semaphore full = new Semaphore(0);
    Timing impatient =
        new Timing(
            BRIEF.claim(), BRIEF.ask(), Duration.ofMillis(100), BRIEF.refused(), BRIEF.skew());

    // When
    Access access = shared.process(shared.log, "rt-1", impatient, full).access();

    // Then
    assertThat(access).isEqualTo(new Access.Refused(new Outcome.Declined(null)));
    assertThat(shared.endpoint.used()).isEmpty();
    assertThat(shared.log.records()).isEmpty();
  }
}
