package dev.kompakt.bootstrap.observe;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// File descriptors of this process.
public final class Descriptors {
  /// What is begun may still need so many.
  private static final long RESERVE = 32;

  private Descriptors() {}

  /// Whether enough are left to take in more; also where the system does not tell. Thread-safe.
  public static boolean left() {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)) {
      return true;
    }
    try {
      return left(unix.getOpenFileDescriptorCount(), unix.getMaxFileDescriptorCount());
    } catch (InternalError e) {
      // counting them takes one
      return false;
    }
  }

  static boolean left(long open, long most) {
    return most - open >= RESERVE;
  }
}
