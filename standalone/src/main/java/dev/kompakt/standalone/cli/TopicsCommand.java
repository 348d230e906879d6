package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.TopicProvisioner;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "topics",
    description = {
      "List, check or create Kompakt's topics.",
      "Every process creates missing topics when it starts; this is for clusters that forbid it.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kompakt topics list",
      "  kompakt topics create --dry-run --set kafka.bootstrap=kafka:9092 --set kafka.replication=3",
    })
final class TopicsCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private final GlobalOptions options;

  TopicsCommand(GlobalOptions options) {
    this.options = options;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say `topics list`, `topics check` or `topics create`");
  }

  @Command(
      name = "list",
      description = "List the topics of the catalogue and whether they are there.")
  int list() {
    return with(
        provisioner -> {
          List<String> missing = missing(provisioner);
          options
              .output()
              .rows(
                  Topics.ALL.stream()
                      .map(topic -> row(topic, provisioner, !missing.contains(topic.name())))
                      .toList());
          return ExitCode.OK.number();
        });
  }

  @Command(
      name = "check",
      description = {
        "Print ok, or which topics are missing or have wrong settings.",
        "Exits with 78 if any is wrong, as a process that starts does.",
      })
  int check() {
    return with(
        provisioner -> {
          List<String> missing = missing(provisioner);
          List<String> problems = new ArrayList<>();
          missing.forEach(name -> problems.add("topic " + name + " is missing"));
          problems.addAll(
              provisioner.problems(
                  Topics.ALL.stream()
                      .<String>map(Topic::name)
                      .filter(name -> !missing.contains(name))
                      .toList()));
          options.output().text(problems.isEmpty() ? "ok" : String.join("\n", problems));
          options
              .output()
              .data(problems.stream().map(p -> Map.<String, Object>of("problem", p)).toList());
          return (problems.isEmpty() ? ExitCode.OK : ExitCode.BAD_CONFIG).number();
        });
  }

  @Command(name = "create", description = "Create the topics that are missing.")
  int create(
      @Option(names = "--dry-run", description = "Only show what would be created.")
          boolean dryRun) {
    return with(
        provisioner -> {
          List<String> created = dryRun ? missing(provisioner) : provisioner.provision();
          String done = dryRun ? "would create " : "created ";
          options
              .output()
              .text(created.isEmpty() ? "nothing to create" : done + String.join(", ", created));
          options
              .output()
              .data(created.stream().map(t -> Map.<String, Object>of("topic", t)).toList());
          return ExitCode.OK.number();
        });
  }

  private int with(ToIntFunction<TopicProvisioner> work) {
    KompaktConfig.Kafka kafka = Brokers.kafka(options.loadQuietly());
    try (KafkaClients clients = new KafkaClients(kafka, "kompakt-topics");
        Admin admin = clients.admin()) {
      return work.applyAsInt(new TopicProvisioner(kafka, admin));
    }
  }

  private static List<String> missing(TopicProvisioner provisioner) {
    return provisioner.missing().stream().<String>map(Topic::name).toList();
  }

  private static Map<String, Object> row(
      Topic<?, ?> topic, TopicProvisioner provisioner, boolean present) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("topic", topic.name());
    row.put("present", present ? "yes" : "no");
    row.put("partitions", provisioner.partitions(topic));
    row.put("kept", kept(topic));
    row.put("key", topic.keyedBy());
    row.put("flow", topic.flow());
    return row;
  }

  private static String kept(Topic<?, ?> topic) {
    Duration retention = topic.retention();
    String days = retention == null ? "" : retention.toDays() + " d";
    return topic.logCompacted() ? ("newest of each key " + days).strip() : days;
  }
}
