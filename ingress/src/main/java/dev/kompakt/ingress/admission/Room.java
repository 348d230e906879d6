package dev.kompakt.ingress.admission;

import dev.kompakt.bootstrap.config.IngressConfig;
import java.util.HashMap;
import java.util.Map;

/// The room of one lane and who holds it. Once more than half is taken, a key may hold no more than
/// its share: the room divided by the keys in it and one more, so that there is always some left
/// for one that is not there yet. One request may be held by any key. Guarded by its [Admission].
///
/// @see <a href="../../../../../../../../docs/adr/0009-admission-lanes.md">ADR 0009</a>
final class Room {
  private final int maxRequests;
  private final long maxBytes;
  private final Map<String, Held> keys = new HashMap<>();
  private int requests;
  private long bytes;

  private static final class Held {
    int requests;
    long bytes;
  }

  Room(IngressConfig.Lane limits) {
    maxRequests = limits.maxRequests();
    maxBytes = limits.maxBodyBytesInFlight().bytes();
  }

  int requests() {
    return requests;
  }

  boolean full() {
    return requests >= maxRequests;
  }

  /// Whether a key may hold one request more.
  boolean fair(String key) {
    Held held = keys.get(key);
    return held == null || requests < maxRequests / 2 || held.requests < maxRequests / sharers();
  }

  void enter(String key) {
    requests++;
    keys.computeIfAbsent(key, _ -> new Held()).requests++;
  }

  void leave(String key) {
    requests--;
    keys.computeIfPresent(key, (_, held) -> --held.requests == 0 ? null : held);
  }

  /// Whether a key that has entered may hold so many bytes more.
  ///
  /// @param own bytes of the same body held already; a key's only body is not held to its share
  boolean fits(String key, long more, long own, boolean shared) {
    if (more > maxBytes - bytes) {
      return false;
    }
    Held held = keys.get(key);
    return !shared
        || more == 0
        || held == null
        || held.bytes == own
        || bytes + more <= maxBytes / 2
        || held.bytes + more <= maxBytes / sharers();
  }

  void hold(String key, long more) {
    bytes += more;
    keys.computeIfPresent(
        key,
        (_, held) -> {
          held.bytes += more;
          return held;
        });
  }

  private int sharers() {
    return keys.size() + 1;
  }
}
