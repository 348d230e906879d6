package dev.kompakt.standalone.cli;

import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Ctrl-C in two stages: the first signal interrupts the main thread, which stops gracefully; the
/// second ends the process at once.
final class Interrupts {
  private final Thread main = Thread.currentThread();
  private final CountDownLatch first = new CountDownLatch(1);
  private final AtomicReference<@Nullable String> signal = new AtomicReference<>();
  private final PrintStream err;

  private Interrupts(PrintStream err) {
    this.err = err;
  }

  /// From now on signals are handled so; the calling thread is the main thread.
  static Interrupts handle(PrintStream err) {
    Interrupts interrupts = new Interrupts(err);
    for (String name : new String[] {"INT", "TERM", "HUP"}) {
      interrupts.handle(name);
    }
    return interrupts;
  }

  /// Whether a signal has come.
  boolean happened() {
    return signal.get() != null;
  }

  /// Waits for a signal; the exit code of a process that stopped for it.
  ExitCode await() {
    while (!happened()) {
      try {
        first.await();
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
      err.println("stopping; Ctrl-C again stops at once");
      first.countDown();
      main.interrupt();
    } else {
      Runtime.getRuntime().halt(ExitCode.INTERRUPTED.number());
    }
  }

  /// By reflection, because javac warns of `sun.misc.Signal` and there is nothing else.
  private void handle(String name) {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              Interrupts.class.getClassLoader(),
              new Class<?>[] {handlerType},
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
      var _ =
          type.getMethod("handle", type, handlerType)
              .invoke(null, type.getConstructor(String.class).newInstance(name), handler);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // where signals cannot be handled, the system's own way of ending stays
    }
  }
}
