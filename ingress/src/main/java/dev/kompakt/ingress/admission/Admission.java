package dev.kompakt.ingress.admission;

import dev.kompakt.bootstrap.config.IngressConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Lets in so many requests and so many bytes of bodies at once, in lanes and fairly between keys,
/// and refuses the rest at once. Thread-safe; nobody waits.
///
/// @see <a href="../../../../../../../../docs/adr/0009-admission-lanes.md">ADR 0009</a>
public final class Admission {
  /// What a body of unknown length is let in with, and by what it then grows.
  static final long STEP_BYTES = 1 << 20;

  private static final int MOST_IDLE = 10_000;

  private final int maxRequests;
  private final long maxBodyBytes;
  private final InstantSource clock;
  private final TokensUsed tokens;
  private final BooleanSupplier severalKeys;
  private final Map<Lane, Room> rooms = new EnumMap<>(Lane.class);
  private final Map<String, KeyUse> uses = new HashMap<>();
  private int working;
  private long bodyBytes;

  /// Makes one with nobody in it.
  ///
  /// @param severalKeys whether there are several keys to be fair between; alone, one may take all
  public Admission(
      IngressConfig limits, InstantSource clock, TokensUsed tokens, BooleanSupplier severalKeys) {
    maxRequests = limits.maxRequests();
    maxBodyBytes = limits.maxBodyBytesInFlight().bytes();
    this.clock = clock;
    this.tokens = tokens;
    this.severalKeys = severalKeys;
    rooms.put(Lane.COMPACT, new Room(limits.lanes().compact()));
    rooms.put(Lane.RESPONSES, new Room(limits.lanes().responses()));
    rooms.put(Lane.ADMIN, new Room(limits.lanes().admin()));
  }

  /// Lets a request in, or says why not.
  ///
  /// @param contentLength bytes of its body; -1 if not known
  public Admitted admit(Lane lane, Caller caller, long contentLength) {
    Instant now = clock.instant();
    Admitted.Refusal spent = lane.isWork() ? budget(caller, now) : null;
    return spent == null ? admit(lane, caller, contentLength, now.getEpochSecond()) : spent;
  }

  private synchronized Admitted admit(Lane lane, Caller caller, long contentLength, long second) {
    Admitted.Refusal refusal = lane.isWork() ? ownLimits(caller, second) : null;
    if (refusal == null) {
      refusal = room(lane, caller);
    }
    if (refusal != null) {
      return refusal;
    }
    room(lane).enter(caller.key());
    working += lane.isWork() ? 1 : 0;
    Permit permit = new Permit(this, lane, caller.key());
    if (!permit.grow(contentLength < 0 ? STEP_BYTES : contentLength)) {
      permit.close();
      return Admitted.Refusal.overloaded(
          Admitted.Reason.BODY_BYTES, "Too many request bytes are being read at the moment.");
    }
    if (lane.isWork() && isLimited(caller)) {
      use(caller.key(), second).begin(second);
      permit.limited();
    }
    return permit;
  }

  private Admitted.@Nullable Refusal room(Lane lane, Caller caller) {
    Room room = room(lane);
    if (room.full() || (lane.isWork() && working >= maxRequests)) {
      return Admitted.Refusal.overloaded(
          Admitted.Reason.REQUESTS, "Too many requests are being handled at the moment.");
    }
    if (severalKeys.getAsBoolean() && !room.fair(caller.key())) {
      return Admitted.Refusal.overloaded(
          Admitted.Reason.SHARE,
          "The "
              + lane.label()
              + " lane is more than half full, and this key holds its share of it.");
    }
    return null;
  }

  private Admitted.@Nullable Refusal ownLimits(Caller caller, long second) {
    KeyUse use = uses.get(caller.key());
    Integer concurrency = caller.limits().concurrency();
    if (use != null && concurrency != null && use.running() >= concurrency) {
      return new Admitted.Refusal(
          Admitted.Reason.KEY_CONCURRENCY,
          2,
          "This key may have " + concurrency + " requests running at once.");
    }
    Integer rate = caller.limits().requestsPerMinute();
    int wait = use == null || rate == null ? 0 : use.secondsUntilRoom(second, rate);
    return wait == 0
        ? null
        : new Admitted.Refusal(
            Admitted.Reason.KEY_RATE,
            wait,
            "This key may begin " + rate + " requests within a minute.");
  }

  private Admitted.@Nullable Refusal budget(Caller caller, Instant now) {
    Long budget = caller.limits().tokensPerDay();
    if (budget == null) {
      return null;
    }
    LocalDate day = LocalDate.ofInstant(now, ZoneOffset.UTC);
    if (tokens.on(day, caller.tenant()) < budget) {
      return null;
    }
    Instant reset = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    return new Admitted.Refusal(
        Admitted.Reason.KEY_TOKENS,
        Math.clamp(Duration.between(now, reset).toSeconds(), 1, 60),
        "The " + budget + " tokens of this day are used up; there are new ones at " + reset + ".");
  }

  private static boolean isLimited(Caller caller) {
    return caller.limits().concurrency() != null || caller.limits().requestsPerMinute() != null;
  }

  private KeyUse use(String key, long second) {
    if (uses.size() >= MOST_IDLE && !uses.containsKey(key)) {
      uses.values().removeIf(use -> use.idle(second));
    }
    return uses.computeIfAbsent(key, _ -> new KeyUse());
  }

  private Room room(Lane lane) {
    Room room = rooms.get(lane);
    if (room == null) {
      throw new IllegalStateException("every lane has room");
    }
    return room;
  }

  /// Requests let in and not yet answered, in all lanes.
  public synchronized int requests() {
    return rooms.values().stream().mapToInt(Room::requests).sum();
  }

  /// Bytes let in and not yet read to the end.
  public synchronized long bodyBytes() {
    return bodyBytes;
  }

  /// Takes room for bytes of a body, if there is any.
  ///
  /// @param own what the same body holds already
  synchronized boolean reserve(Lane lane, String key, long bytes, long own) {
    if (bytes > maxBodyBytes - bodyBytes
        || !room(lane).fits(key, bytes, own, severalKeys.getAsBoolean())) {
      return false;
    }
    bodyBytes += bytes;
    room(lane).hold(key, bytes);
    return true;
  }

  synchronized void giveBack(Lane lane, String key, long bytes) {
    bodyBytes -= bytes;
    room(lane).hold(key, -bytes);
  }

  synchronized void leave(Lane lane, String key, boolean limited) {
    room(lane).leave(key);
    working -= lane.isWork() ? 1 : 0;
    KeyUse use = limited ? uses.get(key) : null;
    if (use != null) {
      use.end();
    }
  }
}
