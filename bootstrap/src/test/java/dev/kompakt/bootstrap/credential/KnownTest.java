package dev.kompakt.bootstrap.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.CredentialEvent;
import dev.kompakt.schemas.record.CredentialEvent.Claimed;
import dev.kompakt.schemas.record.CredentialEvent.Released;
import dev.kompakt.schemas.record.CredentialEvent.Renewed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KnownTest {
  private static final AccountId ACCOUNT = new AccountId("a");
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  @Test
  void shouldGiveTheFirstOfRivalsTheClaim() {
    // When
    Known known = Known.NOTHING.after(10, claim("p", -1)).after(11, claim("q", -1));

    // Then
    assertThat(known.holds(10)).isTrue();
    assertThat(known.newest()).isEqualTo(11);
  }

  @Test
  void shouldGiveNobodyTheClaimWhoMissedARecord() {
    // When
    Known known =
        Known.NOTHING
            .after(10, claim("p", -1))
            .after(11, new Released(ACCOUNT, 10, NOW, null))
            .after(12, claim("q", 10));

    // Then
    assertThat(known.held()).isNull();
  }

  @Test
  void shouldLetARivalTakeOverWhatItKnewOf() {
    // When
    Known known = Known.NOTHING.after(10, claim("p", -1)).after(11, claim("q", 10));

    // Then
    assertThat(known.holds(11)).isTrue();
  }

  @Test
  void shouldEndAClaimWithItsTokenAndNoOtherClaim() {
    // Given
    Known takenOver = Known.NOTHING.after(10, claim("p", -1)).after(11, claim("q", 10));

    // When
    Known late = takenOver.after(12, renewed(10));
    Known done = late.after(13, renewed(11));

    // Then
    assertThat(late.holds(11)).as("p's late token ends p's claim only").isTrue();
    assertThat(late.version()).isEqualTo(12);
    assertThat(done.held()).isNull();
    assertThat(done.version()).isEqualTo(13);
  }

  @Test
  void shouldForgetARefusalOnceThereIsAToken() {
    // Given
    Known refused =
        Known.NOTHING
            .after(10, claim("p", -1))
            .after(11, new Released(ACCOUNT, 10, NOW, Access.REFUSED_FOR_GOOD));

    // When
    Known renewed = refused.after(12, claim("p", 11)).after(13, renewed(12));

    // Then
    assertThat(refused.refusal()).isEqualTo(new Known.Refusal(Access.REFUSED_FOR_GOOD, NOW));
    assertThat(renewed.refusal()).isNull();
  }

  @Test
  void shouldChangeNothingWhenReadAgain() {
    for (int seed = 0; seed < 200; seed++) {
      // Given
      Random random = new Random(seed);
      List<CredentialEvent> log = randomLog(random);
      Known once = Known.NOTHING;
      for (int offset = 0; offset < log.size(); offset++) {
        once = once.after(offset, log.get(offset));
      }

      // When
      Known again = once;
      for (int i = 0; i < 50; i++) {
        int offset = random.nextInt(log.size());
        again = again.after(offset, log.get(offset));
      }

      // Then
      assertThat(again).as("seed %d", seed).isEqualTo(once);
    }
  }

  /// Whoever begins to read after log compaction sees the newest record of each key only, and must
  /// come to the same owner of every later claim.
  @Test
  void shouldJudgeLaterClaimsAlikeAfterLogCompaction() {
    for (int seed = 0; seed < 500; seed++) {
      // Given
      Random random = new Random(seed);
      List<CredentialEvent> log = randomLog(random);
      int cut = random.nextInt(log.size());
      Known all = Known.NOTHING;
      for (int offset = 0; offset < cut; offset++) {
        all = all.after(offset, log.get(offset));
      }
      Known compacted = Known.NOTHING;
      for (int offset = 0; offset < cut; offset++) {
        String key = log.get(offset).key();
        if (log.subList(offset + 1, cut).stream().noneMatch(later -> later.key().equals(key))) {
          compacted = compacted.after(offset, log.get(offset));
        }
      }

      // When, Then
      for (int offset = cut; offset < log.size(); offset++) {
        all = all.after(offset, log.get(offset));
        compacted = compacted.after(offset, log.get(offset));
        if (log.get(offset) instanceof Claimed) {
          assertThat(compacted.holds(offset)).as("seed %d", seed).isEqualTo(all.holds(offset));
        }
      }
    }
  }

  private static List<CredentialEvent> randomLog(Random random) {
    List<CredentialEvent> log = new ArrayList<>();
    for (int offset = 0; offset < 30; offset++) {
      int back = offset - 1 - random.nextInt(3);
      log.add(
          switch (random.nextInt(4)) {
            case 0, 1 -> claim("p" + random.nextInt(3), Math.max(-1, back));
            case 2 -> new Released(ACCOUNT, Math.max(0, back), NOW, null);
            default -> renewed(Math.max(0, back));
          });
    }
    return log;
  }

  private static Claimed claim(String owner, long after) {
    return new Claimed(ACCOUNT, owner, NOW, NOW.plusSeconds(30), after);
  }

  private static Renewed renewed(long claim) {
    @Nullable Instant end = NOW.plusSeconds(3600);
    return new Renewed(ACCOUNT, claim, NOW, end, "sealed", List.of());
  }
}
