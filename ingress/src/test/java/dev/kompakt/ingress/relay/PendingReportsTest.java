package dev.kompakt.ingress.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.id.TurnId;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PendingReportsTest {
  private static final String DROPPED = "kompakt_turn_reports_dropped_total";

  private final Meters meters = new Meters();
  private final List<TurnFinished> taken = new CopyOnWriteArrayList<>();
  private final CountDownLatch stuck = new CountDownLatch(1);

  private static TurnFinished turn() {
    return new TurnFinished(
        TurnId.random(),
        1,
        Instant.EPOCH,
        new TenantId("t"),
        new ProviderId("p"),
        new AccountId("a"),
        "m",
        200,
        1,
        new Usage(0, 0, 0, 0),
        null,
        null,
        null);
  }

  private void take(TurnFinished turn) {
    try {
      stuck.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    taken.add(turn);
  }

  @Test
  void shouldCountWhatIsDroppedWhileTheLogTakesNothing() {
    // Given
    PendingReports reports = new PendingReports(this::take, 2, meters);

    // When
    List<TurnFinished> turns = List.of(turn(), turn(), turn());
    turns.forEach(reports::report);

    // Then
    assertThat(meters.scrape()).contains(DROPPED + " 1.0");
    stuck.countDown();
    await().until(() -> taken.size() == 2);
    assertThat(taken).containsExactlyInAnyOrderElementsOf(turns.subList(0, 2));
  }
}
