package dev.kompakt.ingress.admission;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Lets in so many requests and so many bytes of bodies at once, and refuses the rest at once.
public final class Admission {
  /// What a body of unknown length is let in with, and by what it then grows.
  static final long STEP_BYTES = 1 << 20;

  private final int maxRequests;
  private final long maxBodyBytes;
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicLong bodyBytes = new AtomicLong();

  public Admission(int maxRequests, long maxBodyBytesInFlight) {
    this.maxRequests = maxRequests;
    this.maxBodyBytes = maxBodyBytesInFlight;
  }

  /// Lets a request in; null if there is no room, which [#full] explains.
  ///
  /// @param contentLength bytes of its body; -1 if not known
  public @Nullable Permit admit(long contentLength) {
    if (!take(requests, maxRequests)) {
      return null;
    }
    Permit permit = new Permit(this);
    if (!permit.grow(contentLength < 0 ? STEP_BYTES : contentLength)) {
      permit.close();
      return null;
    }
    return permit;
  }

  /// Whether it is requests, rather than bytes, that there are too many of.
  public boolean full() {
    return requests.get() >= maxRequests;
  }

  /// Requests let in and not yet answered.
  public int requests() {
    return requests.get();
  }

  /// Bytes let in and not yet read to the end.
  public long bodyBytes() {
    return bodyBytes.get();
  }

  /// The most bytes there can be room for.
  public long maxBodyBytes() {
    return maxBodyBytes;
  }

  boolean reserve(long bytes) {
    while (true) {
      long now = bodyBytes.get();
      if (bytes > maxBodyBytes - now) {
        return false;
      }
      if (bodyBytes.compareAndSet(now, now + bytes)) {
        return true;
      }
    }
  }

  void giveBack(long bytes) {
    bodyBytes.addAndGet(-bytes);
  }

  void leave() {
    requests.decrementAndGet();
  }

  private static boolean take(AtomicInteger counter, int most) {
    while (true) {
      int now = counter.get();
      if (now >= most) {
        return false;
      }
      if (counter.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }
}
