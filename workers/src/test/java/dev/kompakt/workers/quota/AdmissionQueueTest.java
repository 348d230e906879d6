package dev.kompakt.workers.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.Seeded;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdmissionQueueTest {
  private static final Instant NOW = Jobs.NOW;
  private static final AccountId A = new AccountId("a");
  private static final AccountId B = new AccountId("b");

  record Item(AttemptId attempt, @Nullable AccountId account, long tokens, boolean stays)
      implements AdmissionQueue.Waiting {
    Item(AttemptId attempt, @Nullable AccountId account) {
      this(attempt, account, 0, false);
    }
  }

  private final AdmissionQueue<Item> queue = new AdmissionQueue<>(10, 1, account -> Limits.of(2));

  @Test
  void shouldStartNoMoreThanTheAccountMayRun() {
    // Given
    List<Item> items = add(A, 3);

    // When
    List<Item> started = startAll(NOW);
    queue.ended(items.getFirst(), NOW);
    Item next = queue.next(NOW);

    // Then
    assertThat(started).containsExactlyElementsOf(items.subList(0, 2));
    assertThat(next).isEqualTo(items.get(2));
    assertThat(queue.waiting()).isZero();
    assertThat(queue.running()).isEqualTo(2);
  }

  @Test
  void shouldTakeAccountsInTurnWhenTheTotalIsUsedUp() {
    // Given
    AdmissionQueue<Item> narrow = new AdmissionQueue<>(2, 1, account -> Limits.of(2));
    Item a1 = new Item(Jobs.attempt(1), A);
    Item a2 = new Item(Jobs.attempt(2), A);
    Item b1 = new Item(Jobs.attempt(3), B);
    narrow.add(a1, NOW);
    narrow.add(a2, NOW);
    narrow.add(b1, NOW);

    // When
    Item first = narrow.next(NOW);
    Item second = narrow.next(NOW);
    Item third = narrow.next(NOW);

    // Then
    assertThat(first).isEqualTo(a1);
    assertThat(second).isEqualTo(b1);
    assertThat(third).isNull();
    assertThat(narrow.running(A)).isEqualTo(1);
    narrow.ended(a1, NOW);
    assertThat(narrow.running(A)).isZero();
  }

  @Test
  void shouldNotLetABlockedAccountHoldUpAnother() {
    // Given
    add(A, 5);
    startAll(NOW);
    Item other = new Item(Jobs.attempt(100), B);
    queue.add(other, NOW);

    // When
    Item next = queue.next(NOW);

    // Then
    assertThat(next).isEqualTo(other);
  }

  @Test
  void shouldCountLocalAttemptsApart() {
    // Given
    AdmissionQueue<Item> narrow = new AdmissionQueue<>(1, 2, account -> Limits.of(2));
    for (int i = 0; i < 3; i++) {
      narrow.add(new Item(Jobs.attempt(i), null), NOW);
    }
    narrow.add(new Item(Jobs.attempt(9), A), NOW);

    // When
    List<@Nullable Item> started = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      started.add(narrow.next(NOW));
    }

    // Then
    assertThat(started).filteredOn(item -> item != null && item.account() == null).hasSize(2);
    assertThat(started).filteredOn(item -> item != null && item.account() != null).hasSize(1);
  }

  @Test
  void shouldCountAttemptsOfAFormerOwnerUntilTheirDeadlineByAnyClock() {
    // Given
    Instant deadline = NOW.plusSeconds(60);
    queue.runsElsewhere(A, Jobs.attempt(50), 0, deadline);
    queue.runsElsewhere(A, Jobs.attempt(51), 0, deadline);
    add(A, 2);

    // When
    List<Item> before = startAll(deadline.plusMillis(1_999));
    List<Item> after = startAll(deadline.plusSeconds(2));

    // Then
    assertThat(before).isEmpty();
    assertThat(after).hasSize(2);
  }

  @Test
  void shouldStartTheNextWhenAFormerOwnersAttemptEnds() {
    // Given
    queue.runsElsewhere(A, Jobs.attempt(50), 0, NOW.plusSeconds(60));
    queue.runsElsewhere(A, Jobs.attempt(51), 0, NOW.plusSeconds(60));
    add(A, 2);

    // When
    queue.endsElsewhere(A, Jobs.attempt(50), Spent.UNKNOWN, NOW);

    // Then
    assertThat(startAll(NOW)).hasSize(1);
  }

  @Test
  void shouldNotStartAnAttemptThatStillRunsHere() {
    // Given
    Item item = new Item(Jobs.attempt(1), A);
    queue.add(item, NOW);
    queue.next(NOW);
    Item redelivered = new Item(Jobs.attempt(1), A);
    queue.add(redelivered, NOW);

    // When
    Item meanwhile = queue.next(NOW);
    queue.ended(item, NOW);
    Item after = queue.next(NOW);

    // Then
    assertThat(meanwhile).isNull();
    assertThat(after).isEqualTo(redelivered);
  }

  @Test
  void shouldSayWhenTheNextMayStart() {
    // Given
    AdmissionQueue<Item> limited = new AdmissionQueue<>(10, 1, account -> new Limits(9, 1, null));
    limited.add(new Item(Jobs.attempt(1), A), NOW);
    limited.add(new Item(Jobs.attempt(2), A), NOW);
    Item first = Objects.requireNonNull(limited.next(NOW));

    // When
    limited.over(first, new Spent(true, 5L, false), NOW.plusSeconds(1));

    // Then
    assertThat(limited.wakeAt(NOW.plusSeconds(1))).isEqualTo(NOW.plusSeconds(61));
    assertThat(limited.next(NOW.plusSeconds(60))).isNull();
    assertThat(limited.next(NOW.plusSeconds(61))).isNotNull();
  }

  @Test
  void shouldTakeOutWhatNoLongerWaits() {
    // Given
    List<Item> items = add(A, 3);

    // When
    List<Item> removed = queue.remove(items.get(0)::equals);

    // Then
    assertThat(removed).containsExactly(items.get(0));
    assertThat(queue.waiting()).isEqualTo(2);
    assertThat(startAll(NOW)).containsExactly(items.get(1), items.get(2));
  }

  @Test
  void shouldNeverExceedAnyLimitAndStarveNobodyInRandomHistories() {
    long seed = Seeded.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      // Given
      int total = 1 + random.nextInt(6);
      AdmissionQueue<Item> mixed =
          new AdmissionQueue<>(total, 1, a -> Limits.of(a.equals(A) ? 1 : 3));
      List<Item> running = new ArrayList<>();
      Map<AttemptId, AccountId> elsewhere = new HashMap<>();
      int added = 0;
      int started = 0;

      // When
      for (int step = 0; step < 200; step++) {
        switch (random.nextInt(4)) {
          case 0 -> mixed.add(new Item(Jobs.attempt(added++), random.nextBoolean() ? A : B), NOW);
          case 1 -> {
            AccountId account = random.nextBoolean() ? A : B;
            AttemptId attempt = Jobs.attempt(10_000 + step);
            elsewhere.put(attempt, account);
            mixed.runsElsewhere(account, attempt, 0, NOW.plusSeconds(1));
          }
          case 2 -> {
            if (!elsewhere.isEmpty()) {
              AttemptId attempt = elsewhere.keySet().iterator().next();
              AccountId account = elsewhere.remove(attempt);
              mixed.endsElsewhere(Objects.requireNonNull(account), attempt, Spent.UNKNOWN, NOW);
            }
          }
          default -> {
            if (!running.isEmpty()) {
              mixed.ended(running.remove(random.nextInt(running.size())), NOW);
            }
          }
        }
        for (Item item = mixed.next(NOW); item != null; item = mixed.next(NOW)) {
          running.add(item);
          started++;
          AccountId account = Objects.requireNonNull(item.account());

          // Then
          long used =
              running.stream().filter(i -> account.equals(i.account())).count()
                  + elsewhere.values().stream().filter(account::equals).count();
          assertThat(used).as("seed %d", seed).isLessThanOrEqualTo(account.equals(A) ? 1 : 3);
          assertThat(running.size()).as("seed %d", seed).isLessThanOrEqualTo(total);
        }
      }
      for (Item item = mixed.next(NOW.plusSeconds(4));
          item != null || !running.isEmpty();
          item = mixed.next(NOW.plusSeconds(4))) {
        if (item == null) {
          mixed.ended(running.removeFirst(), NOW);
        } else {
          running.add(item);
          started++;
        }
      }
      assertThat(started).as("seed %d", seed).isEqualTo(added);
    }
  }

  private List<Item> add(AccountId account, int count) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Item item = new Item(Jobs.attempt(i), account);
      items.add(item);
      queue.add(item, NOW);
    }
    return items;
  }

  private List<Item> startAll(Instant now) {
    List<Item> started = new ArrayList<>();
    for (Item item = queue.next(now); item != null; item = queue.next(now)) {
      started.add(item);
    }
    return started;
  }
}
