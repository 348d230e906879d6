package dev.kompakt.bootstrap.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.Outcome.Unauthorized.Standing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenAnswerTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  @Test
  void shouldReadATokenAndWhenItEnds() {
    // When
    Token token =
        token(
            """
            {"access_token":"at-1","refresh_token":"rt-2","expires_in":3600,"id_token":"x"}""");

    // Then
    assertThat(token.access()).isEqualTo("at-1");
    assertThat(token.refresh()).isEqualTo("rt-2");
    assertThat(token.expiresAt()).isEqualTo(NOW.plusSeconds(3600));
    assertThat(token.toString()).doesNotContain("at-1").doesNotContain("rt-2");
  }

  @Test
  void shouldKeepTheRefreshTokenWhereNoOtherComes() {
    assertThat(token("{\"access_token\":\"at-1\"}").refresh()).isEqualTo("rt-1");
  }

  @Test
  void shouldTakeTheEndFromTheTokenItselfWhereTheAnswerDoesNotSay() {
    // Given
    String jwt = jwt("{\"exp\":" + NOW.plusSeconds(60).getEpochSecond() + "}");

    // When, Then
    assertThat(token("{\"access_token\":\"" + jwt + "\"}").expiresAt())
        .isEqualTo(NOW.plusSeconds(60));
    assertThat(token("{\"access_token\":\"" + jwt + "\",\"expires_in\":5}").expiresAt())
        .isEqualTo(NOW.plusSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "{\"exp\":\"soon\"}", "{\"exp\":-1}", "{\"exp\":1e30}", "[]", "no json", ""})
  void shouldNotKnowTheEndOfATokenThatDoesNotSay(String payload) {
    assertThat(token("{\"access_token\":\"" + jwt(payload) + "\"}").expiresAt()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"opaque", "a.b", "a.%%%.c", "a.b.c.d", "...."})
  void shouldNotKnowTheEndOfWhatIsNoJwt(String access) {
    assertThat(token("{\"access_token\":\"" + access + "\"}").expiresAt()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "<html>", "{}", "{\"access_token\":\"\"}", "{\"access_token\":\"a\\nb\"}"})
  void shouldTakeNoTokenFromAnAnswerThatHasNone(String body) {
    assertThat(refusal(200, body)).isEqualTo(new Outcome.Transient(Cause.SERVER_ERROR, 200, null));
  }

  @Test
  void shouldTakeNoTokenThatCouldNotBeKept() {
    // Given
    String endless = "r".repeat(1 << 17);

    // When, Then
    assertThat(refusal(200, "{\"access_token\":\"a\",\"refresh_token\":\"" + endless + "\"}"))
        .isEqualTo(new Outcome.Transient(Cause.SERVER_ERROR, 200, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400|{\"error\":\"invalid_grant\"}|REAUTH_REQUIRED",
        "401|{\"error\":{\"code\":\"refresh_token_reused\"}}|REAUTH_REQUIRED",
        "400|{\"error\":{\"code\":\"refresh_token_expired\"}}|REAUTH_REQUIRED",
        "403|{\"error\":{\"code\":\"refresh_token_invalidated\"}}|REAUTH_REQUIRED",
        "401|{}|REAUTH_REQUIRED",
        "401|{\"error\":{\"code\":\"account_deactivated\"}}|DEACTIVATED",
        "400|{\"error\":\"x\",\"message\":\"Your account has been deactivated\"}|DEACTIVATED",
        "400|{\"error\":{\"message\":\"Your account has been deactivated.\"}}|DEACTIVATED",
        "403|{}|",
        "403|<html>|",
        "400|{\"error\":\"invalid_client\"}|",
      })
  void shouldTellWhatARefusalSaysOfTheAccount(
      int status, String body, @Nullable Standing standing) {
    assertThat(refusal(status, body)).isEqualTo(new Outcome.Unauthorized(status, standing));
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 408, 429, 500, 503})
  void shouldNotTakeTroubleForARefusal(int status) {
    assertThat(refusal(status, "{\"error\":\"invalid_grant\"}"))
        .isEqualTo(new Outcome.Transient(Cause.SERVER_ERROR, status, null));
  }

  @Test
  void shouldRenewATenthOfTheLifeBeforeItsEndAndAtMostFiveMinutes() {
    // Given
    Token brief = new Token("a", "r", NOW, NOW.plusSeconds(100));
    Token lasting = new Token("a", "r", NOW, NOW.plus(Duration.ofDays(10)));
    Token endless = new Token("a", "r", NOW, null);

    // When, Then
    assertThat(brief.fresh(NOW.plusSeconds(89))).isTrue();
    assertThat(brief.fresh(NOW.plusSeconds(90))).isFalse();
    assertThat(brief.usable(NOW.plusSeconds(99))).isTrue();
    assertThat(brief.usable(NOW.plusSeconds(100))).isFalse();
    assertThat(lasting.fresh(NOW.plus(Duration.ofDays(10)).minusSeconds(301))).isTrue();
    assertThat(lasting.fresh(NOW.plus(Duration.ofDays(10)).minusSeconds(300))).isFalse();
    assertThat(endless.fresh(NOW.plus(Duration.ofDays(1000)))).isTrue();
  }

  private static String jwt(String payload) {
    return "e30."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(payload.getBytes(StandardCharsets.UTF_8))
        + ".sig";
  }

  private static Token token(String body) {
    return ((TokenAnswer.Renewed) read(200, body)).token();
  }

  private static Outcome refusal(int status, String body) {
    return ((TokenAnswer.Refused) read(status, body)).outcome();
  }

  private static TokenAnswer read(int status, String body) {
    return TokenAnswer.read(
        status, body.getBytes(StandardCharsets.UTF_8), "rt-1", _ -> Optional.empty(), NOW);
  }
}
