package dev.kompakt.standalone.cli;

import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Signals in two stages, while it is open: the first interrupts the main thread, which stops in
/// good order; the second ends the process at once, as a kill would.
final class Interrupts implements AutoCloseable {
  private static final Duration BETWEEN_CHECKS = Duration.ofMillis(500);
  private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

  private final Thread main = Thread.currentThread();
  private final CountDownLatch first = new CountDownLatch(1);
  private final AtomicReference<@Nullable String> signal = new AtomicReference<>();
  private final Map<String, Object> handlersBefore = new HashMap<>();
  private final PrintStream err;

  private Interrupts(PrintStream err) {
    this.err = err;
  }

  /// Does some work of the calling thread's with signals handled so.
  ///
  /// @param work gives the exit code; what it throws after a signal is taken for the signal's doing
  static int during(PrintStream err, ToIntFunction<Interrupts> work) {
    try (Interrupts interrupts = handle(err)) {
      try {
        return work.applyAsInt(interrupts);
      } catch (RuntimeException e) {
        if (interrupts.happened()) {
          return interrupts.await().number();
        }
        throw e;
      }
    }
  }

  private static Interrupts handle(PrintStream err) {
    Interrupts interrupts = new Interrupts(err);
    SIGNALS.forEach(name -> interrupts.handle(name, interrupts.handler(name)));
    return interrupts;
  }

  /// Stops the main thread here if a signal has come and something else has swallowed its
  /// interrupt.
  void check() throws InterruptedException {
    if (happened()) {
      throw new InterruptedException();
    }
  }

  /// Whether a signal has come.
  boolean happened() {
    return signal.get() != null;
  }

  /// Waits for a signal; the exit code of a process that stopped for it.
  ExitCode await() {
    return await(() -> {});
  }

  /// The same, as long as a check that is made now and then throws nothing.
  ExitCode await(Runnable check) {
    while (first.getCount() > 0) {
      check.run();
      try {
        var _ = first.await(BETWEEN_CHECKS.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        // by the signal
      }
    }
    // What stops now must not stumble over the interruption.
    var _ = Thread.interrupted();
    return "INT".equals(signal.get()) ? ExitCode.INTERRUPTED : ExitCode.OK;
  }

  private void came(String name) {
    if (signal.compareAndSet(null, name)) {
      err.println("stopping; a second signal stops at once");
      main.interrupt();
      // last, so that whoever has waited for it is not interrupted any more
      first.countDown();
    } else {
      ExitCode forced = name.equals("TERM") ? ExitCode.TERMINATED : ExitCode.INTERRUPTED;
      Runtime.getRuntime().halt(forced.number());
    }
  }

  private Object handler(String name) {
    return Proxy.newProxyInstance(
        Interrupts.class.getClassLoader(),
        new Class<?>[] {type("sun.misc.SignalHandler")},
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "handle" -> {
                came(name);
                yield null;
              }
              case "equals" ->
                  System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
              case "hashCode" -> System.identityHashCode(proxy);
              default -> name;
            });
  }

  /// By reflection, because javac warns of `sun.misc.Signal` and there is nothing else.
  private void handle(String name, Object handler) {
    try {
      Class<?> type = type("sun.misc.Signal");
      Object before =
          type.getMethod("handle", type, type("sun.misc.SignalHandler"))
              .invoke(null, type.getConstructor(String.class).newInstance(name), handler);
      handlersBefore.putIfAbsent(name, before);
    } catch (ReflectiveOperationException e) {
      // where a signal cannot be handled, the system's own way of ending stays
    }
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(name + " is in every JDK", e);
    }
  }

  @Override
  public void close() {
    handlersBefore.forEach(this::handle);
  }
}
