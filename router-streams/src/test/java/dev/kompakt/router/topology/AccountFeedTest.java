package dev.kompakt.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.router.decide.Fixtures;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Usage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccountFeedTest {
  private final AccountFeed feed = new AccountFeed();

  private static AccountStatus status(long calls) {
    return new AccountStatus(
        Fixtures.TEAM_A,
        Fixtures.PROVIDER,
        calls,
        Usage.NONE,
        Fixtures.START,
        null,
        new AccountState.Active(),
        null);
  }

  private static List<AccountStatus> read(AccountFeed.Reader reader) {
    List<AccountStatus> read = new ArrayList<>();
    reader.read(read::add);
    return read;
  }

  @Test
  void shouldGiveTheNewestWordOnceToEachReader() {
    // Given
    feed.publish(status(1));
    AccountFeed.Reader early = feed.open();
    feed.publish(status(2));
    feed.publish(status(3));
    AccountFeed.Reader late = feed.open();

    // Then
    assertThat(read(early)).containsExactly(status(3));
    assertThat(read(late)).containsExactly(status(3));
    assertThat(read(early)).isEmpty();
  }
}
