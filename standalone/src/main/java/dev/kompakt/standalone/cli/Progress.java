package dev.kompakt.standalone.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// How far a batch is, told on stderr: a bar that is drawn over itself on a terminal, else a line
/// now and then. Thread-safe.
final class Progress implements AutoCloseable {
  private static final Duration REDRAW = Duration.ofMillis(120);
  private static final Duration LINE = Duration.ofSeconds(10);
  private static final int BAR = 24;

  /// Takes the cursor to the beginning of an empty line.
  private static final String CLEARED = "\r\u001b[K";

  private final PrintStream err;
  private final boolean terminal;
  private final int files;
  private final String unit;
  private final AtomicInteger ended = new AtomicInteger();
  private final Map<Object, Jobs> running = new ConcurrentHashMap<>();
  private final Thread thread;
  private volatile String phase = "";

  /// Jobs of one file's compaction.
  private record Jobs(int done, int known) {}

  private Progress(PrintStream err, boolean terminal, int files, String unit, boolean quiet) {
    this.err = err;
    this.terminal = terminal;
    this.files = files;
    this.unit = unit;
    thread = Thread.ofVirtual().unstarted(this::tell);
    if (!quiet) {
      thread.start();
    }
  }

  /// Begins to tell; the launcher says by a system property whether stderr is a terminal.
  ///
  /// @param unit what one of them is called
  static Progress begin(PrintStream err, int files, String unit, boolean quiet) {
    return new Progress(err, Boolean.getBoolean("kompakt.terminal"), files, unit, quiet);
  }

  /// Says what is being done while no file runs.
  void phase(String text) {
    phase = text;
  }

  void jobs(Object file, int done, int known) {
    running.put(file, new Jobs(done, known));
  }

  void ended(Object file) {
    running.remove(file);
    ended.incrementAndGet();
  }

  private void tell() {
    try {
      while (true) {
        Thread.sleep(terminal ? REDRAW : LINE);
        draw();
      }
    } catch (InterruptedException e) {
      above(() -> {});
    }
  }

  private synchronized void draw() {
    if (terminal) {
      err.print(CLEARED + line());
      err.flush();
    } else {
      err.println(line());
    }
  }

  /// Lets something be printed where a bar may stand.
  synchronized void above(Runnable print) {
    if (terminal) {
      err.print(CLEARED);
      err.flush();
    }
    print.run();
  }

  private String line() {
    int filesEnded = ended.get();
    int done = running.values().stream().mapToInt(Jobs::done).sum();
    int known = running.values().stream().mapToInt(Jobs::known).sum();
    if (running.isEmpty()) {
      return phase;
    }
    double part = known == 0 ? 0 : running.size() * (double) done / known;
    int filled = (int) (BAR * (filesEnded + part) / files);
    return "[%s%s] %d of %d %s, %d running%s"
        .formatted(
            "#".repeat(filled),
            "-".repeat(BAR - filled),
            filesEnded,
            files,
            files == 1 ? unit : unit + "s",
            running.size(),
            known == 0 ? "" : ", " + done + " of " + known + " parts");
  }

  @Override
  public void close() {
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    thread.interrupt();
    try {
      var _ = thread.join(Duration.ofSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
