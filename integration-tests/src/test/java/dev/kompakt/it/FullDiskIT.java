package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A disk that is full: row B4 of the fault matrix.
@Patient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class FullDiskIT {
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final String COMPACT = "/v1/responses/compact";
  private static final long SPLIT_BYTES = 250_000;

  private FakeUpstream upstream;
  private SmallDisk brokerDisk;
  private Cluster kompakt;
  private Client client;
  private int seed;

  @BeforeAll
  void start(@TempDir Path home) throws IOException {
    upstream = FakeUpstream.start().summarizing(Audit::receipt);
    brokerDisk = SmallDisk.mount(home.resolve("broker"), 96);
    kompakt =
        Deployment.inProcesses(
            home,
            Configs.provider(
                upstream, "summarize, chunkBytes: 64KiB", "{ firstAfter: 200ms, every: 1s }"));
    client = new Client(kompakt.data());
  }

  @AfterEach
  void everyCompactionHasEndedOnce() {
    assertThat(Audit.violations(kompakt, upstream)).isEmpty();
  }

  @AfterAll
  void stop() {
    if (kompakt != null) {
      kompakt.close();
    }
    if (brokerDisk != null) {
      brokerDisk.close();
    }
    upstream.close();
  }

  @Test
  void shouldRefuseWhatIsNewAndEndWhatWasAcceptedOnceThereIsRoomWhenTheBrokersDiskIsFull()
      throws IOException {
    // Given
    CountDownLatch released = new CountDownLatch(1);
    int before = upstream.count();
    upstream.answering(_ -> Reply.success().after(released));
    CompletableFuture<HttpResponse<String>> running =
        client.postAsync(COMPACT, history(SPLIT_BYTES));
    upstream.awaitCalls(before + 1, SOON);

    // When
    brokerDisk.fill(64 << 10);
    HttpResponse<String> refused = client.compact(history(4_000_000));

    // Then
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
    assertThat(refused.headers().firstValueAsLong("retry-after")).isPresent();
    assertThat(kompakt.awaitExit("broker", SOON)).isEqualTo(1);
    assertThat(kompakt.log("broker")).contains("No space left on device");

    // When
    brokerDisk.clear();
    kompakt.start("broker");
    released.countDown();

    // Then
    Client.assertSummarized(Client.await(running));
    Client.assertSummarized(client.compact(history(SPLIT_BYTES)));
  }

  private String history(long bytes) {
    return Histories.ofBytes(++seed, bytes).toText();
  }
}
