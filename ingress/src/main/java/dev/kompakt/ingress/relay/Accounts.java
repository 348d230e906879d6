package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.ingress.admission.Gate;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/// The accounts turns may go to, and which one a turn goes to. Thread-safe.
///
/// A session stays with its account without anything being remembered: every replica ranks the
/// accounts for it in the same way, and takes the first that can be used.
final class Accounts {
  /// No account rests longer for what this ingress has seen; the router knows more.
  private static final Duration LONGEST_REST = Duration.ofHours(1);

  /// How long a turn waits for an account that is at its concurrency.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final List<Seat> seats = new ArrayList<>();
  private final Function<AccountId, @Nullable AccountStatus> known;
  private final Map<AccountId, Instant> resting = new ConcurrentHashMap<>();

  /// One account, with room for as many calls from here as its quota allows at once.
  ///
  /// @param mark what clients know it by
  record Seat(
      KompaktConfig.Account account, KompaktConfig.Provider provider, String mark, Gate room) {
    AccountId id() {
      return account.id();
    }
  }

  /// What [#choose] came to.
  sealed interface Choice {
    record Use(Seat seat) implements Choice {}

    /// All rest, or have been tried; the earliest may be used again then.
    record Wait(Instant until) implements Choice {}

    /// There is none.
    record None() implements Choice {}
  }

  /// Makes the accounts of a config.
  ///
  /// @param known what the router knows of an account; null if nothing
  /// @param marks what clients know an account by, the same in every replica
  Accounts(
      KompaktConfig config,
      Function<AccountId, @Nullable AccountStatus> known,
      Function<AccountId, String> marks) {
    this.known = known;
    for (KompaktConfig.Account account : config.accounts()) {
      for (KompaktConfig.Provider provider : config.providers()) {
        if (provider.id().equals(account.provider())) {
          seats.add(
              new Seat(
                  account,
                  provider,
                  marks.apply(account.id()),
                  new Gate(account.limits().parallel(), PATIENCE)));
        }
      }
    }
  }

  boolean isEmpty() {
    return seats.isEmpty();
  }

  /// The account for a turn's next call.
  ///
  /// @param session null for a turn of none: such turns go where there is most room
  /// @param state where the turn began; null if it begins now
  /// @param tried taken only if no other can be
  Choice choose(
      @Nullable String session, @Nullable TurnState state, Set<AccountId> tried, Instant now) {
    Seat best = null;
    long bestRank = Long.MIN_VALUE;
    Instant earliest = null;
    for (Seat seat : seats) {
      Instant rest = restsUntil(seat.id());
      if (rest.isAfter(now)) {
        earliest = earliest == null || rest.isBefore(earliest) ? rest : earliest;
        continue;
      }
      long rank = rank(seat, session, state, tried);
      if (best == null || rank > bestRank) {
        best = seat;
        bestRank = rank;
      }
    }
    if (best != null) {
      return new Choice.Use(best);
    }
    return earliest == null ? new Choice.None() : new Choice.Wait(earliest);
  }

  private static long rank(
      Seat seat, @Nullable String session, @Nullable TurnState state, Set<AccountId> tried) {
    long rank =
        session == null
            ? -seat.room().inside()
            : Utils.toPositive(
                Utils.murmur2((session + "\0" + seat.id()).getBytes(StandardCharsets.UTF_8)));
    if (state != null && state.isOf(seat)) {
      rank += 1L << 40;
    }
    return tried.contains(seat.id()) ? rank - (1L << 41) : rank;
  }

  /// It is not to be used before.
  void rest(AccountId account, Instant until, Instant now) {
    Instant latest = now.plus(LONGEST_REST);
    Instant capped = until.isAfter(latest) ? latest : until;
    resting.merge(account, capped, (one, other) -> one.isAfter(other) ? one : other);
  }

  private static @Nullable Instant restsUntil(@Nullable AccountState state) {
    return switch (state) {
      case AccountState.RateLimited(Instant until) -> until;
      case AccountState.QuotaExceeded(Instant until) -> until;
      case AccountState.ReauthRequired _, AccountState.Deactivated _, AccountState.Paused _ ->
          Instant.MAX;
      case AccountState.Active _ -> null;
      case null -> null;
    };
  }

  private Instant restsUntil(AccountId account) {
    Instant here = resting.getOrDefault(account, Instant.EPOCH);
    AccountStatus status = known.apply(account);
    Instant there = status == null ? null : restsUntil(status.state());
    return there != null && there.isAfter(here) ? there : here;
  }
}
