package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminEndpoint;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.ingress.replay.Fate;
import dev.kompakt.ingress.replay.Overrides;
import dev.kompakt.ingress.replay.Planned;
import dev.kompakt.ingress.replay.Replays;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Mode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// `POST /admin/v1/replays`: goes on with those of `id=` (several with commas between), or with all
/// that [Selecting] means, the oldest first; `account=` and `mode=` say how, `rate=` how many begin
/// in a second, minute or hour, `limit=` how many at most. `dry_run=true` only tells, and may go
/// without either: a forgotten selection never buys everything again.
final class ReplayRequest implements AdminEndpoint {
  private static final Set<String> PARAMETERS =
      Selecting.and("id", "dry_run", "rate", "account", "mode", "limit");
  private static final String DEFAULT_RATE = "10/s";

  /// A compaction that waits for its replay to begin keeps its client's next try waiting too.
  private static final Duration LATEST_START = Duration.ofHours(1);

  private final Replays replays;
  private final Statuses statuses;
  private final List<KompaktConfig.Account> accounts;
  private final InstantSource clock;

  ReplayRequest(
      Replays replays,
      Statuses statuses,
      List<KompaktConfig.Account> accounts,
      InstantSource clock) {
    this.replays = replays;
    this.statuses = statuses;
    this.accounts = accounts;
    this.clock = clock;
  }

  @Override
  public Reply answer(Map<String, String> parameters) {
    Listing.allow(parameters, PARAMETERS);
    Overrides overrides = overrides(parameters);
    Duration every = every(parameters.getOrDefault("rate", DEFAULT_RATE));
    int limit = Listing.limit(parameters.get("limit"), Listing.MAX_LIMIT);
    boolean dry = Listing.flag(parameters, "dry_run");
    if (!dry && !parameters.containsKey("id") && !Selecting.selects(parameters)) {
      throw new IllegalArgumentException(
          "name compactions by id, or select some with cause, since and the like");
    }
    List<Planned> all = plan(parameters);
    List<Planned> plan = all.stream().limit(limit).toList();
    long ready = plan.stream().filter(planned -> planned.fate() == Fate.READY).count();
    if (every.multipliedBy(Math.max(0, ready - 1)).compareTo(LATEST_START) > 0) {
      throw new IllegalArgumentException(
          "at this rate the last of " + ready + " would begin in more than an hour: select fewer");
    }
    try {
      return reply(
          dry ? plan : replays.request(plan, overrides, every),
          plan,
          overrides.mode() != Mode.LOCAL,
          all.size() > limit,
          dry);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the process is stopping", e);
    }
  }

  private List<Planned> plan(Map<String, String> parameters) {
    String ids = parameters.get("id");
    if (ids == null) {
      return replays.plan(Selecting.of(parameters));
    }
    if (Selecting.selects(parameters)) {
      throw new IllegalArgumentException("id is not given together with what selects");
    }
    return replays.plan(new LinkedHashSet<>(List.of(ids.split(","))));
  }

  private Overrides overrides(Map<String, String> parameters) {
    Mode mode = Listing.constant(parameters, "mode", Mode.class);
    String id = parameters.get("account");
    if (id == null) {
      return new Overrides(null, null, mode);
    }
    return accounts.stream()
        .filter(account -> account.id().value().equals(id))
        .findFirst()
        .map(account -> new Overrides(account.provider(), account.id(), mode))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "account must be one of this ingress' config: "
                        + accounts.stream().map(account -> account.id().value()).toList()));
  }

  /// The time from one start to the next at a rate such as `2/s`, `30/m` or `600/h`.
  private static Duration every(String rate) {
    Duration unit =
        switch (rate.substring(rate.indexOf('/') + 1)) {
          case "s" -> Duration.ofSeconds(1);
          case "m" -> Duration.ofMinutes(1);
          case "h" -> Duration.ofHours(1);
          default -> Duration.ZERO;
        };
    if (!unit.isZero() && rate.matches("[1-9][0-9]{0,4}/[smh]")) {
      return unit.dividedBy(Integer.parseInt(rate.substring(0, rate.indexOf('/'))));
    }
    throw new IllegalArgumentException("rate must be a number a second, minute or hour: 2/s, 30/m");
  }

  private Reply reply(
      List<Planned> outcome, List<Planned> plan, boolean calls, boolean more, boolean dry) {
    Instant now = clock.instant();
    ObjectNode list =
        Listing.list(
            outcome.stream()
                .map(planned -> ReplayObject.of(planned, status(planned), calls, now))
                .toList(),
            more);
    list.put("dry_run", dry);
    List<DeadLetter> bought =
        plan.stream()
            .filter(planned -> calls && planned.fate() == Fate.READY)
            .map(planned -> Objects.requireNonNull(planned.letter()))
            .toList();
    DeadLetterObject.remaining(list, ReplayObject.sum(bought));
    return Listing.reply(list);
  }

  private @Nullable CompactionStatus status(Planned planned) {
    DeadLetter letter = planned.letter();
    return letter == null || letter.compaction() == null
        ? null
        : statuses.find(letter.compaction());
  }
}
