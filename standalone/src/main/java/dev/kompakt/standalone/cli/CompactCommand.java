package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.observe.RoleFailedException;
import dev.kompakt.schemas.history.Tokens;
import dev.kompakt.standalone.rollout.Compactable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "compact",
    description = {
      "Compact archived Codex sessions (rollouts) or request JSON.",
      "They go through the whole pipeline of the Kompakt that runs on kafka.dataDir, or of one"
          + " started for this command. Without an account it compacts locally. Inputs are never"
          + " changed.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kompakt compact examples/rollout.jsonl",
      "      writes examples/rollout.compacted.jsonl, which Codex resumes",
      "  kompakt compact request.json --out answer.json",
      "      a request's compaction response",
      "  kompakt compact ~/.codex/archived_sessions --out compacted --jobs 8 --output ndjson",
      "      a whole archive; interrupted, the same command goes on with what is not done",
    })
final class CompactCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  private final GlobalOptions options;

  @Parameters(
      paramLabel = "FILE|DIR",
      arity = "1..*",
      description = "Rollouts (.jsonl), requests (.json), or directories of such files.")
  private List<Path> named = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE|DIR",
      description = "Where results go. Default: <name>.compacted.jsonl or .json beside each input.")
  private @Nullable Path out;

  @Option(names = "--force", description = "Replace existing results.")
  private boolean force;

  @Option(names = "--dry-run", description = "Only show what would be compacted.")
  private boolean dryRun;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "4",
      description = "Files at a time, 1 to 64. Default: ${DEFAULT-VALUE}.")
  private int jobs = 4;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      defaultValue = "gpt-5",
      description = "The model for files that name none. Default: ${DEFAULT-VALUE}.")
  private String model = "";

  CompactCommand(GlobalOptions options) {
    this.options = options;
  }

  @Override
  public Integer call() {
    if (jobs < 1 || jobs > 64) {
      throw new ParameterException(spec.commandLine(), "--jobs " + jobs + " is not 1 to 64");
    }
    List<Path> files = Inputs.expand(named);
    Inputs inputs = new Inputs(out, force, files.size() > 1);
    Reports reports = new Reports(options);
    if (dryRun || files.stream().noneMatch(file -> inputs.look(file) instanceof Inputs.Found.Job)) {
      files.forEach(file -> reports.add(plan(inputs.look(file))));
      return reports.end().number();
    }
    return Interrupts.during(
        options.err(), interrupts -> compact(files, inputs, reports, interrupts));
  }

  private int compact(List<Path> files, Inputs inputs, Reports reports, Interrupts interrupts) {
    try (Progress progress = Progress.begin(options.err(), files.size(), "file", options.quiet());
        Pipeline pipeline = Pipeline.open(options, progress);
        CompactionClient client = pipeline.client()) {
      interrupts.check();
      try {
        new Batch(client, pipeline, model, inputs, progress)
            .run(files, jobs, report -> progress.above(() -> reports.add(report)));
      } catch (RoleFailedException e) {
        // Said at once: calls that run are let end, for they are paid for.
        progress.above(() -> options.err().println("kompakt: " + e.getMessage()));
        progress.phase("stopping");
        return ExitCode.FAILED.number();
      }
      progress.phase("stopping");
    } catch (InterruptedException e) {
      return interrupted();
    } catch (RuntimeException e) {
      if (interrupts.happened()) {
        return interrupted();
      }
      throw e;
    }
    return reports.end().number();
  }

  private int interrupted() {
    options.note("interrupted; the same command goes on from what is done");
    return ExitCode.INTERRUPTED.number();
  }

  private FileReport plan(Inputs.Found found) {
    return switch (found) {
      case Inputs.Found.Unusable(FileReport.Failed report) -> report;
      case Inputs.Found.Job(Compactable file, Path output) ->
          new FileReport.Planned(
              file.path(),
              output,
              new FileReport.Size(
                  file.items(), file.historyBytes(), Tokens.estimate(file.historyBytes())),
              file.model().orElse(model));
    };
  }

  /// The reports of a run, told as they come, and what they amount to.
  private static final class Reports {
    private final GlobalOptions options;
    private final List<FileReport> all = new ArrayList<>();

    Reports(GlobalOptions options) {
      this.options = options;
    }

    void add(FileReport report) {
      all.add(report);
      if (report instanceof FileReport.Failed) {
        options.err().println("kompakt: " + report.text());
      } else {
        options.output().text(report.text());
      }
      options.output().line(report.row());
    }

    ExitCode end() {
      List<ExitCode> failed =
          all.stream()
              .filter(FileReport.Failed.class::isInstance)
              .map(report -> ((FileReport.Failed) report).exitCode())
              .distinct()
              .toList();
      long failures = all.stream().filter(FileReport.Failed.class::isInstance).count();
      options.output().list(all.stream().map(FileReport::row).toList());
      if (all.size() > 1) {
        options.note(
            (all.size() - failures) + " of " + all.size() + " files done, " + failures + " failed");
      }
      if (failures == 0) {
        return ExitCode.OK;
      }
      if (failures < all.size()) {
        return ExitCode.PARTLY_FAILED;
      }
      return failed.size() == 1 ? failed.getFirst() : ExitCode.FAILED;
    }
  }
}
