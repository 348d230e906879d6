package dev.kompakt.bootstrap.credential;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Unauthorized.Standing;
import dev.kompakt.schemas.record.UsageReading;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class AccountProbesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final AccountId TOLD = new AccountId("told");
  private static final AccountId UNTOLD = new AccountId("untold");
  private static final String USAGE =
      """
      {"plan_type":"plus","rate_limit":{"allowed":true,
       "primary_window":{"used_percent":42.5,"limit_window_seconds":18000,"reset_at":%d},
       "secondary_window":{"used_percent":7,"limit_window_seconds":604800,"reset_after_seconds":60}},
       "credits":{"has_credits":false,"unlimited":false,"balance":"0"}}"""
          .formatted(NOW.plusSeconds(3600).getEpochSecond());

  @TempDir private Path directory;
  private final List<AccountReport> reports = new ArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private int status = 200;
  private String body = USAGE;
  private HttpServer server;
  private KompaktConfig config;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            asked.add(
                exchange.getRequestURI()
                    + " "
                    + exchange.getRequestHeaders().getFirst("authorization"));
            exchange.getResponseHeaders().add("x-ratelimit-limit-requests", "100");
            exchange.getResponseHeaders().add("x-ratelimit-remaining-requests", "90");
            SingleUseEndpoint.respond(exchange, status, body);
          }
        });
    server.start();
    String base = "http://127.0.0.1:" + server.getAddress().getPort();
    Path key = Files.writeString(directory.resolve("key"), "sk-1");
    Path file =
        Files.writeString(
            directory.resolve("kompakt.yaml"),
            """
            providers:
              - { id: p, baseUrl: "%1$s/v1", mode: native, usageUrl: "%1$s/wham/usage" }
              - { id: q, baseUrl: "%1$s/v1/", mode: native }
            accounts:
              - { id: told, provider: p, apiKey: "file:%2$s" }
              - { id: untold, provider: q, apiKey: "file:%2$s" }
            """
                .formatted(base, key));
    config = ConfigLoader.load(file, Map.of(), Map.of());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void shouldReadTheWindowsOfAPlan() throws Exception {
    // When
    AccountReport.Probed probed = probe(TOLD);

    // Then
    assertThat(probed.refusal()).isNull();
    assertThat(probed.readings())
        .contains(
            new UsageReading("primary", 42.5, Duration.ofHours(5), NOW.plusSeconds(3600), NOW),
            new UsageReading("secondary", 7, Duration.ofDays(7), NOW.plusSeconds(60), NOW));
    assertThat(reports).containsExactly(probed);
    assertThat(asked).containsExactly("/wham/usage Bearer sk-1");
  }

  @Test
  void shouldAskForModelsWhereThereIsNoUsageAddress() throws Exception {
    // When
    AccountReport.Probed probed = probe(UNTOLD);

    // Then
    assertThat(asked).containsExactly("/v1/models Bearer sk-1");
    assertThat(probed.refusal()).isNull();
    assertThat(probed.readings())
        .containsExactly(new UsageReading("requests", 10, null, null, NOW));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no json",
        "[]",
        "{\"rate_limit\":null}",
        "{\"rate_limit\":{\"primary_window\":{\"used_percent\":\"12\"}}}",
        "{\"rate_limit\":{\"primary_window\":{\"used_percent\":-1}}}",
        "{\"rate_limit\":{\"primary_window\":{\"used_percent\":1e300}}}"
      })
  void shouldReadNothingFromWhatSaysNothing(String answer) throws Exception {
    // Given
    body = answer;

    // When, Then
    assertThat(probe(TOLD).readings()).extracting(UsageReading::window).containsOnly("requests");
  }

  @ParameterizedTest
  @CsvSource({
    "401,REAUTH_REQUIRED",
    "402,DEACTIVATED",
    "403,",
    "404,DEACTIVATED",
  })
  void shouldTellWhatARefusalSaysOfTheAccount(int answered, @Nullable Standing standing)
      throws Exception {
    // Given
    status = answered;
    body = "{}";

    // When, Then
    assertThat(probe(TOLD).refusal()).isEqualTo(new Outcome.Unauthorized(answered, standing));
  }

  @ParameterizedTest
  @ValueSource(ints = {402, 404, 429, 500})
  void shouldNotTakeAModelsAddressForAWordOnTheAccount(int answered) throws Exception {
    // Given
    status = answered;
    body = "{}";

    // When, Then
    assertThat(probe(UNTOLD).refusal()).isNotNull().isNotInstanceOf(Outcome.Unauthorized.class);
  }

  @Test
  void shouldSayThatNobodyAnswered() throws Exception {
    // Given
    server.stop(0);

    // When, Then
    assertThat(probe(TOLD).refusal())
        .isEqualTo(new Outcome.Transient(Outcome.Transient.Cause.CONNECT_FAILED, null, null));
  }

  private AccountReport.Probed probe(AccountId account) throws InterruptedException {
    try (AccountProbes probes =
        new AccountProbes(
            config, Credentials.ofKeys(config), reports::add, new Meters(), () -> NOW)) {
      return probes.probe(account);
    }
  }
}
