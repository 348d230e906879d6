package dev.kompakt.ingress.park;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.xnio.XnioIoThread;

/// One [Wheel] for each I/O thread.
final class Wheels {
  private static final Duration SHORTEST_TICK = Duration.ofMillis(5);
  private static final Duration LONGEST_TICK = Duration.ofMillis(250);

  private final ConcurrentMap<XnioIoThread, Wheel> wheels = new ConcurrentHashMap<>();
  private final Duration tick;

  /// Wheels that turn finely enough for timers of this length.
  Wheels(Duration shortest) {
    Duration tenth = shortest.dividedBy(10);
    tick =
        tenth.compareTo(SHORTEST_TICK) < 0
            ? SHORTEST_TICK
            : tenth.compareTo(LONGEST_TICK) > 0 ? LONGEST_TICK : tenth;
  }

  Wheel of(XnioIoThread thread) {
    return wheels.computeIfAbsent(thread, t -> new Wheel(t, tick));
  }
}
