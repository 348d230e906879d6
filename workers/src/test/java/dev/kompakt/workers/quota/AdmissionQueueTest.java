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

  record Item(AttemptId attempt, @Nullable AccountId account) implements AdmissionQueue.Waiting {}

  private final AdmissionQueue<Item> queue = new AdmissionQueue<>(10, 1, account -> 2);

  @Test
  void shouldStartNoMoreThanTheAccountMayRun() {
    // Given
    List<Item> items = add(A, 3);

    // When
    List<Item> started = startAll(NOW);
    queue.ended(items.getFirst());
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
    AdmissionQueue<Item> narrow = new AdmissionQueue<>(2, 1, account -> 2);
    Item a1 = new Item(Jobs.attempt(1), A);
    Item a2 = new Item(Jobs.attempt(2), A);
    Item b1 = new Item(Jobs.attempt(3), B);
    narrow.add(a1);
    narrow.add(a2);
    narrow.add(b1);

    // When
    Item first = narrow.next(NOW);
    Item second = narrow.next(NOW);
    Item third = narrow.next(NOW);

    // Then
    assertThat(first).isEqualTo(a1);
    assertThat(second).isEqualTo(b1);
    assertThat(third).isNull();
  }

  @Test
  void shouldNotLetABlockedAccountHoldUpAnother() {
    // Given
    add(A, 5);
    startAll(NOW);
    Item other = new Item(Jobs.attempt(100), B);
    queue.add(other);

    // When
    Item next = queue.next(NOW);

    // Then
    assertThat(next).isEqualTo(other);
  }

  @Test
  void shouldCountLocalAttemptsApart() {
    // Given
    AdmissionQueue<Item> narrow = new AdmissionQueue<>(1, 2, account -> 2);
    for (int i = 0; i < 3; i++) {
      narrow.add(new Item(Jobs.attempt(i), null));
    }
    narrow.add(new Item(Jobs.attempt(9), A));

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
  void shouldCountAttemptsOfAFormerOwnerUntilTheirDeadline() {
    // Given
    Instant deadline = NOW.plusSeconds(60);
    queue.runsElsewhere(A, Jobs.attempt(50), deadline);
    queue.runsElsewhere(A, Jobs.attempt(51), deadline);
    add(A, 2);

    // When
    List<Item> before = startAll(deadline.minusMillis(1));
    List<Item> after = startAll(deadline);

    // Then
    assertThat(before).isEmpty();
    assertThat(after).hasSize(2);
  }

  @Test
  void shouldStartTheNextWhenAFormerOwnersAttemptEnds() {
    // Given
    queue.runsElsewhere(A, Jobs.attempt(50), NOW.plusSeconds(60));
    queue.runsElsewhere(A, Jobs.attempt(51), NOW.plusSeconds(60));
    add(A, 2);

    // When
    queue.endsElsewhere(A, Jobs.attempt(50));

    // Then
    assertThat(startAll(NOW)).hasSize(1);
  }

  @Test
  void shouldNotCountADeadOwnersAttemptBesideTheSameAttemptMadeAgain() {
    // Given
    AdmissionQueue<Item> single = new AdmissionQueue<>(10, 1, account -> 1);
    Item again = new Item(Jobs.attempt(1), A);
    Item other = new Item(Jobs.attempt(2), A);
    single.runsElsewhere(A, again.attempt(), NOW.plusSeconds(60));
    single.add(again);
    single.add(other);

    // When
    Item first = single.next(NOW);
    Item second = single.next(NOW);
    single.ended(again);
    Item third = single.next(NOW);

    // Then
    assertThat(first).isEqualTo(again);
    assertThat(second).isNull();
    assertThat(third).isEqualTo(other);
  }

  @Test
  void shouldNotStartAnAttemptThatStillRunsHere() {
    // Given
    Item item = new Item(Jobs.attempt(1), A);
    queue.add(item);
    queue.next(NOW);
    Item redelivered = new Item(Jobs.attempt(1), A);
    queue.add(redelivered);

    // When
    Item meanwhile = queue.next(NOW);
    queue.ended(item);
    Item after = queue.next(NOW);

    // Then
    assertThat(meanwhile).isNull();
    assertThat(after).isEqualTo(redelivered);
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
      AdmissionQueue<Item> mixed = new AdmissionQueue<>(total, 1, a -> a.equals(A) ? 1 : 3);
      List<Item> running = new ArrayList<>();
      Map<AttemptId, AccountId> elsewhere = new HashMap<>();
      int added = 0;
      int started = 0;

      // When
      for (int step = 0; step < 200; step++) {
        switch (random.nextInt(4)) {
          case 0 -> mixed.add(new Item(Jobs.attempt(added++), random.nextBoolean() ? A : B));
          case 1 -> {
            AccountId account = random.nextBoolean() ? A : B;
            AttemptId attempt = Jobs.attempt(10_000 + step);
            elsewhere.put(attempt, account);
            mixed.runsElsewhere(account, attempt, NOW.plusSeconds(1));
          }
          case 2 -> {
            if (!elsewhere.isEmpty()) {
              AttemptId attempt = elsewhere.keySet().iterator().next();
              AccountId account = elsewhere.remove(attempt);
              mixed.endsElsewhere(Objects.requireNonNull(account), attempt);
            }
          }
          default -> {
            if (!running.isEmpty()) {
              mixed.ended(running.remove(random.nextInt(running.size())));
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
      for (Item item = mixed.next(NOW.plusSeconds(2));
          item != null || !running.isEmpty();
          item = mixed.next(NOW.plusSeconds(2))) {
        if (item == null) {
          mixed.ended(running.removeFirst());
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
      queue.add(item);
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
