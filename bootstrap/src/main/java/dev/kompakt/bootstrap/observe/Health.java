package dev.kompakt.bootstrap.observe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Whether a process is ready: every named check holds and it is not draining. Thread-safe.
public final class Health {
  private static final Check HOLDS = new Check.Holds();
  private static final Check NOT_YET = new Check.NotYet();

  private final Map<String, Supplier<Check>> checks = new ConcurrentHashMap<>();
  private volatile boolean draining;

  /// Adds a check, asked at every probe; it must not block.
  public void require(String name, BooleanSupplier check) {
    follow(name, () -> check.getAsBoolean() ? HOLDS : NOT_YET);
  }

  /// Adds a check that says more than yes or no, asked at every probe; it must not block.
  public void follow(String name, Supplier<Check> check) {
    checks.put(name, check);
  }

  /// From now on not ready, whatever the checks say.
  public void drain() {
    draining = true;
  }

  public boolean ready() {
    return !draining
        && checks.values().stream().map(Supplier::get).allMatch(Check.Holds.class::isInstance);
  }

  /// Returns while this process may be ready, now or later.
  ///
  /// @throws RoleFailedException if it will never be, again or at all
  public void requireNoFailure() {
    for (Supplier<Check> check : checks.values()) {
      if (check.get() instanceof Check.Failed(String why)) {
        throw new RoleFailedException(why);
      }
    }
  }

  /// Whether it waits for others, so that nothing is wrong however long it takes.
  public boolean waiting() {
    return checks.values().stream().map(Supplier::get).anyMatch(Check.Waits.class::isInstance);
  }

  /// What every check says now, by name.
  public Map<String, Check> results() {
    Map<String, Check> results = new LinkedHashMap<>();
    checks.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(check -> results.put(check.getKey(), check.getValue().get()));
    if (draining) {
      results.put("draining", NOT_YET);
    }
    return results;
  }
}
