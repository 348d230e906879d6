package dev.kompakt.workers.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.AccountProbes;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Unauthorized.Standing;
import dev.kompakt.workers.TestClock;
import dev.kompakt.workers.upstream.SocketProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class UsagePollingTest {
  @TempDir private Path directory;
  private final AtomicInteger asked = new AtomicInteger();
  private final Queue<Integer> refusals = new ConcurrentLinkedQueue<>();
  private final List<AccountReport> reports = new CopyOnWriteArrayList<>();
  private final TestClock clock = new TestClock();
  private boolean ours = true;
  private SocketProvider provider;
  private KompaktConfig config;
  private AccountProbes probes;
  private UsagePolling polling;

  @BeforeEach
  void make() throws IOException {
    provider =
        new SocketProvider(
            request -> {
              assertThat(request.head()).startsWith("GET /v1/wham/usage ");
              asked.incrementAndGet();
              Integer refusal = refusals.poll();
              request.respond(
                  refusal == null ? 200 : refusal,
                  "Content-Type: application/json\r\n",
                  refusal == null
                      ? "{\"rate_limit\":{\"primary_window\":{\"used_percent\":12}}}"
                      : "{}");
            });
    Path key = Files.writeString(directory.resolve("key"), "sk-1");
    Path file =
        Files.writeString(
            directory.resolve("kompakt.yaml"),
            """
            routing: { usageEvery: 1s }
            providers:
              - { id: p, baseUrl: "%1$s", mode: native, usageUrl: "%1$s/wham/usage" }
              - { id: silent, baseUrl: "%1$s", mode: native }
            accounts:
              - { id: a, provider: p, apiKey: "file:%2$s" }
              - { id: b, provider: silent, apiKey: "file:%2$s" }
            """
                .formatted(provider.base(), key));
    config = ConfigLoader.load(file, Map.of(), Map.of());
    probes =
        new AccountProbes(config, Credentials.ofKeys(config), reports::add, new Meters(), clock);
    polling = new UsagePolling(config, probes, account -> ours, reports::add, clock);
  }

  @AfterEach
  void stop() throws IOException {
    polling.close();
    probes.close();
    provider.close();
  }

  @Test
  void shouldAskAgainAndAgainWhereThereIsAnAddressForIt() throws Exception {
    // When
    polling.start();

    // Then
    assertThat(provider.events().poll(20, TimeUnit.SECONDS)).isEqualTo("done");
    assertThat(provider.events().poll(20, TimeUnit.SECONDS)).isEqualTo("done");
  }

  @Test
  void shouldReportWhatIsSaid() {
    // When
    poll();

    // Then
    assertThat(reports)
        .singleElement()
        .isInstanceOfSatisfying(
            AccountReport.UsagePolled.class,
            polled -> {
              assertThat(polled.account()).isEqualTo(config.accounts().getFirst().id());
              assertThat(polled.readings())
                  .singleElement()
                  .satisfies(reading -> assertThat(reading.usedPercent()).isEqualTo(12));
            });
  }

  @Test
  void shouldLeaveAccountsOfOtherWorkersAlone() {
    // Given
    ours = false;

    // When
    poll();

    // Then
    assertThat(asked).hasValue(0);
  }

  @Test
  void shouldLeaveARefusedAccountInPeaceForFiveMinutes() {
    // Given
    refusals.add(403);

    // When
    poll();
    poll();
    clock.advance(UsagePolling.COOLDOWN);
    poll();

    // Then
    assertThat(asked).hasValue(2);
    assertThat(reports).as("nothing of a bare 403").hasSize(1);
    assertThat(reports.getFirst()).isInstanceOf(AccountReport.UsagePolled.class);
  }

  @Test
  void shouldReportAnAccountThatIsRefusedForGood() {
    // Given
    refusals.add(402);

    // When
    poll();

    // Then
    assertThat(reports)
        .singleElement()
        .isInstanceOfSatisfying(
            AccountReport.Probed.class,
            probed ->
                assertThat(probed.refusal())
                    .isEqualTo(new Outcome.Unauthorized(402, Standing.DEACTIVATED)));
  }

  @Test
  void shouldMakeNothingOfTrouble() {
    // Given
    refusals.addAll(List.of(429, 502));

    // When
    poll();
    poll();
    poll();

    // Then
    assertThat(asked).hasValue(3);
    assertThat(reports).hasSize(1);
  }

  private void poll() {
    polling.poll(config.accounts().getFirst());
  }
}
