package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Four workers share three accounts, more work than they may do, while workers are killed and
/// lanes move. The audit tells, by the upstream's own clock, whether a quota was exceeded at any
/// moment.
@Patient
class QuotaIT {
  private static final int WORKERS = 4;
  private static final Duration LENGTH = Duration.ofSeconds(130);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /// More than the accounts may do, so that each has work whenever it may.
  private static final int SUBMISSIONS_PER_SECOND = 10;

  /// Until a lane of a killed worker is another's: the group's session timeout, rebalance and what
  /// is read back. Any kill may hit any account's lane.
  private static final Duration TAKEOVER = Duration.ofSeconds(10);

  /// Until a lane moves when workers come and go in order.
  private static final Duration MOVE = Duration.ofSeconds(3);

  private static final int CONCURRENCY = 4;
  private static final int REQUESTS_PER_MINUTE = 50;
  private static final int TOKENS_PER_MINUTE = 60_000;
  private static final Duration SLOW = Duration.ofSeconds(4);
  private static final Duration QUICK = Duration.ofMillis(1_500);

  @TempDir private Path home;
  private final FakeUpstream upstream = FakeUpstream.start(Audit::receipt);
  private final ScheduledExecutorService supply = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void stop() {
    supply.shutdownNow();
    upstream.close();
  }

  private String config() throws IOException {
    return """
    providers:
      - { id: fake, baseUrl: "%s", mode: native }
    accounts:
      - { id: narrow, provider: fake, apiKey: "file:%s", quota: { concurrency: %d } }
      - { id: rare, provider: fake, apiKey: "file:%s", quota: { concurrency: 16, requestsPerMinute: %d } }
      - { id: small, provider: fake, apiKey: "file:%s", quota: { concurrency: 16, tokensPerMinute: %d } }
    """
        .formatted(
            upstream.baseUrl(),
            key("narrow"),
            CONCURRENCY,
            key("rare"),
            REQUESTS_PER_MINUTE,
            key("small"),
            TOKENS_PER_MINUTE);
  }

  private Path key(String account) throws IOException {
    return Files.writeString(home.resolve("key-" + account), Canaries.SECRET + account);
  }

  private static boolean of(String account, Call call) {
    return call.authorization().endsWith(Canaries.SECRET + account);
  }

  @Test
  @Timeout(235)
  void shouldKeepEveryQuotaAndDoWhatIsPermittedWhileWorkersDieAndLanesMove() throws Exception {
    // Given
    upstream.answering(call -> Reply.success().after(of("narrow", call) ? SLOW : QUICK));
    try (Deployment kompakt = Deployment.inProcesses(home, config(), WORKERS)) {
      Client client = new Client(kompakt.data());
      Instant begin = Instant.now();
      Queue<CompletableFuture<HttpResponse<String>>> answers = submit(client);

      // When
      List<Duration> lost = new ArrayList<>();
      at(begin, 20, () -> kompakt.crash("worker"), TAKEOVER, lost);
      at(begin, 50, () -> kompakt.restart("worker-2"), MOVE.multipliedBy(2), lost);
      at(begin, 75, () -> kompakt.crash("worker-3"), TAKEOVER, lost);
      at(begin, 105, () -> kompakt.restart("worker-4"), MOVE.multipliedBy(2), lost);
      at(begin, LENGTH.toSeconds(), supply::shutdownNow, Duration.ZERO, lost);
      Instant end = Instant.now();

      // Then
      assertThat(answers).allMatch(answer -> Client.await(answer).statusCode() == 202);
      List<Call> narrow = calls("narrow");
      List<Call> rare = calls("rare");
      List<Call> small = calls("small");
      long allowance = lost.stream().mapToLong(Duration::toMillis).sum();
      long available = Duration.between(begin, end).toMillis() - allowance;
      double minutes = (double) available / MINUTE.toMillis();
      assertThat(busy(narrow, end) / (double) (CONCURRENCY * available)).isGreaterThan(0.9);
      assertThat(rare.size() / (REQUESTS_PER_MINUTE * minutes)).isGreaterThan(0.9);
      assertThat(sum(small, Call::tokens) / (TOKENS_PER_MINUTE * minutes)).isGreaterThan(0.9);
      cancel(client, answers);
      assertThat(Audit.violations(kompakt, upstream)).isEmpty();
    }
  }

  private List<Call> calls(String account) {
    return upstream.calls().stream().filter(call -> of(account, call)).toList();
  }

  /// Does something at this many seconds of the run.
  private static void at(
      Instant begin, long seconds, Runnable what, Duration cost, List<Duration> lost)
      throws InterruptedException {
    Duration wait = Duration.between(Instant.now(), begin.plusSeconds(seconds));
    if (wait.isPositive()) {
      Thread.sleep(wait);
    }
    what.run();
    lost.add(cost);
  }

  /// Submits histories of different sizes without waiting for their ends.
  private Queue<CompletableFuture<HttpResponse<String>>> submit(Client client) {
    AtomicInteger number = new AtomicInteger();
    Queue<CompletableFuture<HttpResponse<String>>> answers = new ConcurrentLinkedQueue<>();
    var _ =
        supply.scheduleAtFixedRate(
            () -> {
              int seed = number.incrementAndGet();
              byte[] body = Histories.ofBytes(seed, 3_000 + 100L * (seed % 20)).toBytes();
              answers.add(
                  client.postAsync(
                      "/v1/responses/compact",
                      new String(body, StandardCharsets.UTF_8),
                      "prefer",
                      "respond-async"));
            },
            0,
            1_000 / SUBMISSIONS_PER_SECOND,
            TimeUnit.MILLISECONDS);
    return answers;
  }

  /// Ends all that was accepted and would wait for its turn for minutes.
  private static void cancel(
      Client client, Queue<CompletableFuture<HttpResponse<String>>> answers) {
    answers.stream()
        .map(answer -> Client.await(answer).headers().firstValue("location").orElseThrow())
        .map(location -> client.postAsync(location + "/cancel", ""))
        .toList()
        .forEach(Client::await);
  }

  private static Instant end(Call call, Instant atLatest) {
    Instant ended = call.ended().map(Call.Ended::at).orElse(atLatest);
    return ended.isBefore(atLatest) ? ended : atLatest;
  }

  private static long sum(List<Call> calls, ToLongFunction<Call> amount) {
    return calls.stream().mapToLong(amount).sum();
  }

  private static long busy(List<Call> calls, Instant end) {
    return sum(calls, call -> Duration.between(call.startedAt(), end(call, end)).toMillis());
  }
}
