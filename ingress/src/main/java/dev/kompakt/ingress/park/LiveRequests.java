package dev.kompakt.ingress.park;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.IoUtils;

/// The requests that have been let in and have not ended.
public final class LiveRequests {
  private static final long LOOK_MILLIS = 10;

  private final Set<Request> requests = ConcurrentHashMap.newKeySet();

  void add(Request request) {
    requests.add(request);
  }

  void remove(Request request) {
    requests.remove(request);
  }

  /// Closes each one's connection once it is answered.
  public void makeLast() {
    for (Request request : requests) {
      request.onIoThread(() -> request.exchange().setPersistent(false));
    }
  }

  /// Waits until all have ended, or the time is over.
  ///
  /// @return whether all have ended
  public boolean await(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (!requests.isEmpty() && System.nanoTime() < end) {
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return requests.isEmpty();
      }
    }
    return requests.isEmpty();
  }

  /// Ends those that wait for something in a way that makes their clients try again.
  public void turnAway() {
    for (Request request : requests) {
      Runnable action = request.onShutdown();
      if (action != null) {
        request.onIoThread(action);
      }
    }
  }

  /// Closes the connections of all that are left.
  public void cut() {
    for (Request request : requests) {
      IoUtils.safeClose(request.exchange().getConnection());
      request.gone();
    }
  }
}
