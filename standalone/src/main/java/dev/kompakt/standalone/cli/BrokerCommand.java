package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.HostPort;
import dev.kompakt.standalone.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "broker",
    description = {
      "Run the embedded Kafka broker alone, for development.",
      "One node, no replication, no authentication; clients are told to come to 127.0.0.1.",
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  kompakt broker --listen 127.0.0.1:9092 --data /tmp/kompakt-broker",
      "  kompakt ingress --set kafka.bootstrap=127.0.0.1:9092    (and worker, and router)",
    })
final class BrokerCommand implements Callable<Integer> {
  private final GlobalOptions options;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      converter = Address.class,
      defaultValue = "127.0.0.1:9092",
      description = "Where to listen; port 0 takes any. Default: ${DEFAULT-VALUE}.")
  private HostPort listen = new HostPort("127.0.0.1", 9092);

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "Where its records lie; made if it is missing.")
  private Path data = Path.of("");

  BrokerCommand(GlobalOptions options) {
    this.options = options;
  }

  @Override
  public Integer call() {
    return Interrupts.during(
        options.err(),
        interrupts -> {
          var _ = options.load();
          Path directory = data.toAbsolutePath();
          try (EmbeddedBroker broker = EmbeddedBroker.start(directory, listen)) {
            options.note("broker     " + broker.bootstrap() + "  (records in " + directory + ")");
            options.note("broker is ready; Ctrl-C stops.");
            return interrupts.await().number();
          }
        });
  }

  static final class Address implements ITypeConverter<HostPort> {
    @Override
    public HostPort convert(String text) {
      try {
        return HostPort.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
