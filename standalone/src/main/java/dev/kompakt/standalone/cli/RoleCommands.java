package dev.kompakt.standalone.cli;

import dev.kompakt.standalone.Kompakt;
import dev.kompakt.standalone.Role;
import java.util.EnumSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// One role in a process of its own, against `kafka.bootstrap`.
final class RoleCommands {
  private RoleCommands() {}

  private static int serve(GlobalOptions options, Role role) {
    return Interrupts.during(
        options.err(),
        interrupts -> {
          try (Kompakt process = Kompakt.serve(options.load(), EnumSet.of(role))) {
            String dataPlane = process.dataPlane();
            if (dataPlane != null) {
              options.note("listening  " + dataPlane + "/v1");
            }
            options.note("admin      " + process.adminPlane());
            options.note("broker     " + process.broker());
            options.note(role.text() + " is ready; Ctrl-C stops.");
            return interrupts.await(process::check).number();
          }
        });
  }

  @Command(
      name = "ingress",
      description = {
        "Run one ingress, which serves the HTTP API, against kafka.bootstrap.",
        "Start as many as you like; any of them answers for any compaction.",
      },
      footerHeading = "%nExample:%n",
      footer = "  kompakt ingress --set kafka.bootstrap=kafka:9092")
  static final class Ingress implements Callable<Integer> {
    private final GlobalOptions options;

    Ingress(GlobalOptions options) {
      this.options = options;
    }

    @Override
    public Integer call() {
      return serve(options, Role.INGRESS);
    }
  }

  @Command(
      name = "worker",
      description = {
        "Run one worker, which makes upstream calls, against kafka.bootstrap.",
        "Start at most as many as there are lanes (kafka.lanes); each account has one owner"
            + " among them.",
      },
      footerHeading = "%nExample:%n",
      footer =
          "  kompakt worker --set kafka.bootstrap=kafka:9092 --set admin.listen=127.0.0.1:8711")
  static final class Worker implements Callable<Integer> {
    private final GlobalOptions options;

    Worker(GlobalOptions options) {
      this.options = options;
    }

    @Override
    public Integer call() {
      return serve(options, Role.WORKER);
    }
  }

  @Command(
      name = "router",
      description = {
        "Run one router, which makes the decisions, against kafka.bootstrap.",
        "Start at most as many as there are partitions (kafka.partitions); the state is kept in"
            + " kafka.dataDir and restored from Kafka if that is empty.",
      },
      footerHeading = "%nExample:%n",
      footer =
          "  kompakt router --set kafka.bootstrap=kafka:9092 --set admin.listen=127.0.0.1:8721")
  static final class Router implements Callable<Integer> {
    private final GlobalOptions options;

    Router(GlobalOptions options) {
      this.options = options;
    }

    @Override
    public Integer call() {
      return serve(options, Role.ROUTER);
    }
  }
}
