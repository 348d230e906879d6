package dev.kompakt.it;

import java.util.ArrayList;
import java.util.List;

/// Takes all of the heap of the process it is loaded into, as an agent.
public final class HeapEater {
  private static final int BYTES = 1 << 20;

  private HeapEater() {}

  /// Called by the JVM.
  public static void agentmain(String arguments) {
    List<byte[]> taken = new ArrayList<>();
    while (taken.size() < Integer.MAX_VALUE) {
      taken.add(new byte[BYTES]);
    }
  }
}
