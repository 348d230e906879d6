package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
    name = "doctor",
    description = {
      "Check this machine, the config, the broker and the accounts.",
      "One line for each check; exit code 1 if any fails. It changes nothing.",
    },
    footerHeading = "%nExample:%n",
    footer = "  kompakt doctor --config kompakt.yaml")
final class DoctorCommand implements Callable<Integer> {
  private final GlobalOptions options;

  DoctorCommand(GlobalOptions options) {
    this.options = options;
  }

  @Override
  public Integer call() {
    List<Finding> findings = new ArrayList<>();
    findings.add(Examination.jdk());
    List<ConfigException> problems = options.problems();
    if (problems.isEmpty()) {
      Path file = options.configFile();
      findings.add(Finding.ok("config", file == null ? "no file, defaults" : file.toString()));
      KompaktConfig config = options.loadQuietly();
      findings.addAll(new Examination(config).all());
    } else {
      problems.forEach(
          problem -> findings.add(Finding.wrong("config", String.valueOf(problem.getMessage()))));
    }
    findings.forEach(
        finding ->
            options
                .output()
                .text(
                    "%-5s %-10s %s"
                        .formatted(
                            finding.ok() ? "ok" : "WRONG", finding.what(), finding.detail())));
    options.output().data(findings.stream().map(DoctorCommand::row).toList());
    return (findings.stream().allMatch(Finding::ok) ? ExitCode.OK : ExitCode.FAILED).number();
  }

  private static Map<String, Object> row(Finding finding) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("check", finding.what());
    row.put("ok", finding.ok());
    row.put("detail", finding.detail());
    return row;
  }
}
