package dev.kompakt.it;

import static dev.kompakt.it.Client.compactionItems;
import static dev.kompakt.it.Client.json;
import static dev.kompakt.it.Testbed.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Workers that are killed or stopped while calls run: the hand-over to another one, and rows W4
/// and W5 of the fault matrix.
@Patient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class WorkerFaultsIT {
  private static final Duration HANDOVER = Duration.ofSeconds(10);

  @AutoClose private Testbed bed;
  private FakeUpstream upstream;
  private Cluster kompakt;
  private Client client;

  @BeforeAll
  void start(@TempDir Path home) {
    bed = TwoWorkers.start(home, 2);
    upstream = bed.upstream();
    kompakt = bed.kompakt();
    client = bed.client();
  }

  @Test
  void shouldRunElsewhereWithinTenSecondsWhatAKilledWorkerRanAndHeld() {
    // Given two finished chunks, two calls in flight, and two compactions that wait for room
    int before = upstream.count();
    upstream.then(Reply.success(), Reply.success()).answering(_ -> Reply.neverAnswered());
    CompletableFuture<HttpResponse<String>> split = bed.submit(bed.history(250_000));
    upstream.awaitCalls(before + 3, SOON);
    CompletableFuture<HttpResponse<String>> whole = bed.submit(bed.history());
    List<Call> early = upstream.awaitCalls(before + 4, SOON).subList(before, before + 4);
    List<CompletableFuture<HttpResponse<String>>> waiting =
        List.of(bed.submit(bed.history()), bed.submit(bed.history()));
    String owner = TwoWorkers.maker(early.getFirst());
    await().atMost(SOON).until(() -> bed.admin(owner).metric("kompakt_jobs_waiting") == 2);

    // When
    upstream.answering(_ -> Reply.success());
    kompakt.kill(owner);
    upstream.awaitCalls(before + 8, HANDOVER);

    // Then
    assertThat(Client.await(split).statusCode()).isEqualTo(200);
    assertThat(Client.await(whole).statusCode()).isEqualTo(200);
    assertThat(waiting).allMatch(answer -> Client.await(answer).statusCode() == 200);
    List<Call> calls = upstream.calls().subList(before, upstream.count());
    assertThat(calls.subList(0, 4)).allMatch(call -> TwoWorkers.maker(call).equals(owner));
    assertThat(calls.subList(4, calls.size()))
        .noneMatch(call -> TwoWorkers.maker(call).equals(owner));
    assertThat(calls.subList(4, 6))
        .as("what was in flight comes first")
        .extracting(Call::sha256)
        .containsExactlyInAnyOrder(early.get(2).sha256(), early.get(3).sha256());
    Map<String, Long> times =
        calls.stream().collect(Collectors.groupingBy(Call::sha256, Collectors.counting()));
    assertThat(times).containsEntry(early.get(0).sha256(), 1L);
    assertThat(calls).hasSize(times.size() + 2);
    kompakt.start(owner);
  }

  @Test
  void shouldCountOnceWhatAStoppedWorkerReportsAfterItsSession() {
    // Given two calls in flight
    int before = upstream.count();
    CountDownLatch resumed = new CountDownLatch(1);
    upstream.answering(_ -> Reply.success().after(resumed));
    String early = bed.history();
    CompletableFuture<HttpResponse<String>> first = bed.submit(early);
    upstream.awaitCalls(before + 1, SOON);
    CompletableFuture<HttpResponse<String>> second = bed.submit(bed.history());
    List<Call> inFlight = upstream.awaitCalls(before + 2, SOON).subList(before, before + 2);
    String owner = TwoWorkers.maker(inFlight.getFirst());
    String earlySha = inFlight.getFirst().sha256();

    // When its worker is stopped, another one ends the first and is about to end the second
    upstream.answering(
        call -> call.sha256().equals(earlySha) ? Reply.success() : Reply.success().after(resumed));
    bed.allowToRunOn(inFlight);
    kompakt.pause(owner);
    HttpResponse<String> whileStopped = Client.await(first);
    upstream.awaitCalls(before + 4, SOON);
    kompakt.resume(owner);
    resumed.countDown();

    // Then
    HttpResponse<String> afterwards = Client.await(second);
    assertThat(compactionItems(json(whileStopped))).hasSize(1);
    assertThat(compactionItems(json(afterwards))).hasSize(1);
    upstream.awaitEnded(before + 4, SOON);
    assertThat(client.compact(early).body()).isEqualTo(whileStopped.body());
    assertThat(upstream.count()).isEqualTo(before + 4);

    // And it goes on working
    String other = TwoWorkers.other(owner);
    kompakt.terminate(other);
    assertThat(kompakt.awaitExit(other, SOON)).isZero();
    assertThat(Client.await(bed.submit(bed.history())).statusCode()).isEqualTo(200);
    assertThat(TwoWorkers.maker(upstream.calls().getLast())).isEqualTo(owner);
    kompakt.start(other);
  }

  @Test
  void shouldGiveUpWhatEveryWorkerDiesOfAndGoOnWithTheRest() {
    // Given a request whose call ends whoever makes it
    int before = upstream.count();
    upstream.then(Reply.neverAnswered()).answering(_ -> Reply.neverAnswered());
    String poison = bed.history();
    CompletableFuture<HttpResponse<String>> poisoned = bed.submit(poison);
    Call call = upstream.awaitCalls(before + 1, SOON).get(before);
    String sha = call.sha256();
    upstream.answering(each -> each.sha256().equals(sha) ? Reply.neverAnswered() : Reply.success());

    // When
    for (int losses = 1; losses <= 3; losses++) {
      call = upstream.awaitCalls(before + 2 * losses - 1, SOON).get(before + 2 * losses - 2);
      assertThat(call.sha256()).isEqualTo(sha);
      assertThat(client.compact(bed.history()).statusCode()).as("its neighbour").isEqualTo(200);
      kompakt.kill(TwoWorkers.maker(call));
      kompakt.start(TwoWorkers.maker(call));
    }
    HttpResponse<String> givenUp = Client.await(poisoned);

    // Then
    assertThat(givenUp.statusCode()).isEqualTo(500);
    assertThat(json(givenUp).at("/error/code").asString()).isEqualTo("worker_lost");
    assertThat(client.compact(poison).statusCode()).as("at once").isEqualTo(500);
    assertThat(client.compact(bed.history()).statusCode()).isEqualTo(200);
    assertThat(upstream.calls().subList(before, upstream.count()))
        .filteredOn(each -> each.sha256().equals(sha))
        .hasSize(3);
  }
}
