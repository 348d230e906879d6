package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.standalone.Kompakt;
import dev.kompakt.standalone.Role;
import java.util.EnumSet;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(
    name = "up",
    description = {
      "Serve everything in one process, until Ctrl-C.",
      "With its own Kafka broker unless kafka.bootstrap names a cluster. Accepted requests"
          + " survive a restart, and a kill.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kompakt up",
      "  kompakt up --config kompakt.yaml --set ingress.listen=127.0.0.1:9000",
    })
final class UpCommand implements Callable<Integer> {
  /// Small, complete, and safe inside single quotes.
  private static final String TINY_REQUEST =
      "{\"model\":\"gpt-5\",\"input\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  private final GlobalOptions options;

  UpCommand(GlobalOptions options) {
    this.options = options;
  }

  @Override
  public Integer call() {
    return Interrupts.during(
        options.err(),
        interrupts -> {
          KompaktConfig config = options.load();
          try (Kompakt kompakt = Kompakt.serve(config, EnumSet.allOf(Role.class))) {
            tell(config, kompakt);
            return interrupts.await(kompakt::check).number();
          }
        });
  }

  private void tell(KompaktConfig config, Kompakt kompakt) {
    options.note("listening  " + kompakt.dataPlane() + "/v1");
    options.note("admin      " + kompakt.adminPlane() + "  (/readyz, /metrics, /admin/v1/…)");
    options.note(
        "broker     "
            + (config.kafka().embedded()
                ? kompakt.broker() + ", embedded, records in " + config.kafka().dataPath()
                : kompakt.broker()));
    options.note("providers  " + providers(config));
    options.note("accounts   " + accounts(config));
    options.note("mode       " + mode(config));
    options.note("try        " + curl(config, kompakt));
    options.note("Ctrl-C stops.");
  }

  private static String providers(KompaktConfig config) {
    return config.providers().isEmpty()
        ? "none"
        : config.providers().stream()
            .map(p -> p.id() + " (" + mode(p) + ", " + p.baseUrl() + ")")
            .collect(Collectors.joining(", "));
  }

  private static String accounts(KompaktConfig config) {
    return config.accounts().isEmpty()
        ? "none"
        : config.accounts().stream()
            .map(a -> a.id() + " at " + a.provider())
            .collect(Collectors.joining(", "));
  }

  private static String mode(KompaktConfig config) {
    return config.localOnly()
        ? "local: no account is configured, so nothing goes upstream"
        : config.providers().stream()
            .filter(p -> config.accounts().stream().anyMatch(a -> a.provider().equals(p.id())))
            .map(UpCommand::mode)
            .distinct()
            .collect(Collectors.joining(", "));
  }

  private static String mode(KompaktConfig.Provider provider) {
    return provider.mode().name().toLowerCase(Locale.ROOT);
  }

  private static String curl(KompaktConfig config, Kompakt kompakt) {
    return "curl -sS "
        + kompakt.dataPlane()
        + "/v1/responses/compact -H 'Content-Type: application/json'"
        + (!config.keyed() ? "" : " -H \"Authorization: Bearer $KOMPAKT_KEY\"")
        + " -d '"
        + TINY_REQUEST
        + "'";
  }
}
