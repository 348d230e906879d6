package dev.kompakt.bootstrap.observe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/// Whether a process is ready: every named check holds and it is not draining. Thread-safe.
public final class Health {
  private final Map<String, BooleanSupplier> checks = new ConcurrentHashMap<>();
  private volatile boolean draining;

  /// Adds a check, asked at every probe; it must not block.
  public void require(String name, BooleanSupplier check) {
    checks.put(name, check);
  }

  /// From now on not ready, whatever the checks say.
  public void drain() {
    draining = true;
  }

  public boolean ready() {
    return !draining && checks.values().stream().allMatch(BooleanSupplier::getAsBoolean);
  }

  /// Each check and whether it holds now, by name.
  public Map<String, Boolean> results() {
    Map<String, Boolean> results = new LinkedHashMap<>();
    checks.keySet().stream()
        .sorted()
        .forEach(
            name -> {
              BooleanSupplier check = checks.get(name);
              results.put(name, check != null && check.getAsBoolean());
            });
    if (draining) {
      results.put("draining", false);
    }
    return results;
  }
}
