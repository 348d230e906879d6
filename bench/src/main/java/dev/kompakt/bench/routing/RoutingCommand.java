package dev.kompakt.bench.routing;

import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Reporting;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `./kompakt bench routing`.
@Command(
    name = "routing",
    sortOptions = false,
    description = {
      "Measure what routing costs.",
      "",
      "decisions: how long it takes to choose among 10, 1,000 and 10,000 accounts, while calls"
          + " begin and end and upstream tells what is used. It fails if choosing among 1,000 takes"
          + " more than twice as long as among 10.",
      "",
      "events: how fast the router takes in what is reported of calls: nine ordinary turns to one"
          + " attempt of a compaction, over 100 accounts and 50 tenants, through its own topology,"
          + " exactly once, with an embedded broker in the same JVM.",
      ""
    })
public final class RoutingCommand implements Callable<Integer> {
  private static final int OK = 0;
  private static final int FAILED = 1;

  /// What the router has to hold on two cores.
  private static final int PER_SECOND = 20_000;

  /// What can be measured.
  enum Part {
    DECISIONS,
    EVENTS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PART",
      description = "Of ${COMPLETION-CANDIDATES}, separated by commas. Default: all.")
  Set<Part> parts = EnumSet.allOf(Part.class);

  @Option(names = "--quick", description = "Fewer decisions and reports: for a first look.")
  boolean quick;

  @Mixin Reporting reporting = new Reporting();

  @Override
  public Integer call() {
    reporting.expectWritable();
    Machine machine = Machine.here();
    RoutingReport report =
        new RoutingReport(
            machine,
            quick,
            parts.contains(Part.DECISIONS) ? decisions() : null,
            parts.contains(Part.EVENTS) ? events() : List.of());
    reporting.write(report, report::print);
    return report.decisions() == null || report.decisions().holds() ? OK : FAILED;
  }

  private Decisions.Result decisions() {
    say("decisions");
    return new Decisions(quick ? 30 : 300).measure();
  }

  private List<Events.Row> events() {
    int count = quick ? 100_000 : 400_000;
    List<Events.Row> rows = new ArrayList<>();
    try (Events events = Events.start()) {
      say("warming up");
      events.measure(count, 0);
      say("reports all at once");
      rows.add(events.measure(count, 0));
      say("reports at " + PER_SECOND + " a second");
      rows.add(events.measure(count, PER_SECOND));
    }
    return rows;
  }

  private static void say(String what) {
    System.err.println("bench: " + what);
  }
}
