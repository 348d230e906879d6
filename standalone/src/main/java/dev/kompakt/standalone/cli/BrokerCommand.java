package dev.kompakt.standalone.cli;

import dev.kompakt.standalone.broker.EmbeddedBroker;
import dev.kompakt.standalone.broker.Listener;
import dev.kompakt.standalone.broker.Quorum;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "broker",
    description = {
      "Run the embedded Kafka broker alone, for development.",
      "No authentication. Alone it keeps one copy of everything; several nodes keep up to three.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kompakt broker --listen 127.0.0.1:9092 --data /tmp/kompakt-broker",
      "  kompakt ingress --set kafka.bootstrap=127.0.0.1:9092    (and worker, and router)",
      "  kompakt broker --node 1 --quorum 1@127.0.0.1:9093,2@127.0.0.1:9095,3@127.0.0.1:9097 \\",
      "      --listen 127.0.0.1:9092 --data /tmp/kompakt-broker-1",
      "      the first of three; all are given the same --quorum",
    })
final class BrokerCommand implements Callable<Integer> {
  private final GlobalOptions options;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT[@HOST:PORT]",
      converter = Address.class,
      defaultValue = "127.0.0.1:9092",
      description =
          "Where to listen; port 0 takes any free port. Clients are told to connect to"
              + " 127.0.0.1, or to the address after the @. Repeatable; brokers reach each other"
              + " by the first. Default: ${DEFAULT-VALUE}.")
  private List<Listener> listen = List.of();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "Directory for its records; created if missing.")
  private Path data = Path.of("");

  @Option(
      names = "--node",
      paramLabel = "N",
      defaultValue = "1",
      description = "Its number in the quorum. Default: ${DEFAULT-VALUE}.")
  private int node = 1;

  @Option(
      names = "--quorum",
      paramLabel = "N@HOST:PORT,…",
      description =
          "All nodes of the cluster, this one included, and where their controllers listen: one"
              + " or three. The nodes of a cluster cannot be changed later. Default: this node"
              + " alone.")
  private @Nullable String quorum;

  BrokerCommand(GlobalOptions options) {
    this.options = options;
  }

  @Override
  public Integer call() {
    Quorum member = member();
    return Interrupts.during(
        options.err(),
        interrupts -> {
          var _ = options.load();
          Path directory = data.toAbsolutePath();
          try (EmbeddedBroker broker = EmbeddedBroker.start(directory, listen, member)) {
            options.note("broker     " + broker.bootstrap() + "  (records in " + directory + ")");
            options.note("broker is ready; Ctrl-C stops.");
            return interrupts.await().number();
          }
        });
  }

  private @Nullable Quorum member() {
    try {
      return quorum == null ? null : Quorum.parse(node, quorum);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--quorum: " + e.getMessage());
    }
  }

  static final class Address implements ITypeConverter<Listener> {
    @Override
    public Listener convert(String text) {
      try {
        return Listener.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
