package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.Client;
import dev.kompakt.bootstrap.config.ClientKey;
import dev.kompakt.bootstrap.config.ClientsFile;
import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.id.TenantId;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "key",
    description = {
      "Create, list or revoke client keys.",
      "Their SHA-256 hashes are stored in the clients file (see clientsFile). Every ingress that"
          + " has the file follows it within two seconds. Once it exists, callers need a key.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kompakt key create --id alice --expires 90d",
      "      prints the key, once; clients send it as Authorization: Bearer",
      "  kompakt key create --id ci --scope compact --model gpt-5* --requests-per-minute 60",
      "  kompakt key list --set clientsFile=/etc/kompakt/clients.yaml",
      "  kompakt key revoke 3f9KxQ2mZa7B",
    })
final class KeyCommand implements Runnable {
  private static final Pattern PERIOD = Pattern.compile("(\\d{1,5})([hd])");

  @Spec private CommandSpec spec = CommandSpec.create();

  private final GlobalOptions options;

  KeyCommand(GlobalOptions options) {
    this.options = options;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say `key create`, `key list` or `key revoke`");
  }

  @Command(
      name = "create",
      description = {
        "Create a key and print it once. Only its hash is stored.",
        "Without limits it may use everything.",
      })
  int create(
      @Option(
              names = "--id",
              required = true,
              paramLabel = "TENANT",
              description = "The tenant that owns its compactions. Several keys may share one.")
          String id,
      @Option(
              names = "--scope",
              split = ",",
              paramLabel = "SCOPE",
              description =
                  "What it permits: ${COMPLETION-CANDIDATES}. Repeatable. Default: everything.")
          @Nullable List<Client.Scope> scopes,
      @Option(
              names = "--expires",
              paramLabel = "WHEN",
              description = "When it expires: 12h, 90d, or 2027-01-31T00:00:00Z.")
          @Nullable String expires,
      @Option(
              names = "--model",
              paramLabel = "NAME",
              description =
                  "A model it may use; `gpt-5*` for all with this prefix. Repeatable."
                      + " Default: all.")
          @Nullable List<String> models,
      @Option(
              names = "--concurrency",
              paramLabel = "N",
              description = "Compactions and turns at once, per ingress.")
          @Nullable Integer concurrency,
      @Option(
              names = "--requests-per-minute",
              paramLabel = "N",
              description = "Compactions and turns started within any 60 s, per ingress.")
          @Nullable Integer requestsPerMinute,
      @Option(
              names = "--tokens-per-day",
              paramLabel = "N",
              description =
                  "Tokens its tenant may use in a day (UTC) before new requests are refused.")
          @Nullable Long tokensPerDay,
      @Option(names = "--dry-run", description = "Only show what would be written.")
          boolean dryRun) {
    ClientKey key = ClientKey.create(new SecureRandom());
    Client.Limits limits =
        concurrency == null && requestsPerMinute == null && tokensPerDay == null
            ? null
            : new Client.Limits(concurrency, requestsPerMinute, tokensPerDay);
    Client client;
    try {
      client =
          new Client(
              new TenantId(id), key.id(), key.sha256(), scopes, expiry(expires), models, limits);
    } catch (ConfigException | IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    KompaktConfig config = config();
    ClientsFile file = config.clientKeys();
    boolean first = !config.keyed();
    Map<String, Object> row = row(client, "clientsFile");
    if (dryRun) {
      options.note("would add a key of " + id + " to " + file.path());
      row.remove("key");
      options.output().data(List.of(row));
      return ExitCode.OK.number();
    }
    file.change(
        clients -> {
          List<Client> all = new ArrayList<>(clients);
          all.add(client);
          return all;
        });
    options.note("key " + key.id() + " of " + id + " is in " + file.path() + ", by its hash.");
    options.note("This is the only time it is shown. Send it as Authorization: Bearer KEY.");
    if (first) {
      options.note("It is the first: from now on every caller needs a key.");
    }
    row.put("secret", key.reveal());
    options.output().text(key.reveal());
    options.output().data(List.of(row));
    return ExitCode.OK.number();
  }

  @Command(name = "list", description = "List all keys, those of the config too, without secrets.")
  int list() {
    KompaktConfig config = config();
    List<Map<String, Object>> rows = new ArrayList<>();
    config.clients().forEach(client -> rows.add(row(client, "config")));
    config.clientKeys().read().forEach(client -> rows.add(row(client, "clientsFile")));
    options.output().rows(rows);
    return ExitCode.OK.number();
  }

  @Command(
      name = "revoke",
      description = "Revoke a key. Its running requests continue; new ones are refused.")
  int revoke(
      @Parameters(paramLabel = "KEYID", description = "The key's name, as `key list` shows it.")
          String keyId,
      @Option(names = "--dry-run", description = "Only show what would be revoked.")
          boolean dryRun) {
    KompaktConfig config = config();
    ClientsFile file = config.clientKeys();
    Client found = find(file.read(), keyId);
    if (found == null) {
      throw new CommandFailedException(
          ExitCode.NOT_FOUND,
          find(config.clients(), keyId) == null
              ? "there is no key " + keyId + " in " + file.path()
              : "the key "
                  + keyId
                  + " is in the config's clients, not in a file; take it out there");
    }
    if (!dryRun) {
      file.change(clients -> clients.stream().filter(c -> !c.keyId().equals(keyId)).toList());
    }
    options.note((dryRun ? "would revoke" : "revoked") + " key " + keyId + " of " + found.id());
    options.output().data(List.of(row(found, "clientsFile")));
    return ExitCode.OK.number();
  }

  /// The config, wherever it listens: the first key is made before it may listen anywhere else.
  private KompaktConfig config() {
    return options.load(
        Map.of("log.level", "error"),
        Map.of("ingress.listen", "127.0.0.1:0", "admin.listen", "127.0.0.1:0"));
  }

  private static @Nullable Client find(List<Client> clients, String keyId) {
    return clients.stream().filter(c -> c.keyId().equals(keyId)).findFirst().orElse(null);
  }

  private @Nullable Instant expiry(@Nullable String text) {
    if (text == null) {
      return null;
    }
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Matcher period = PERIOD.matcher(text);
    try {
      Instant expiry =
          !period.matches()
              ? Instant.parse(text)
              : now.plus(
                  period.group(2).equals("h")
                      ? Duration.ofHours(Long.parseLong(period.group(1)))
                      : Duration.ofDays(Long.parseLong(period.group(1))));
      if (expiry.isAfter(now)) {
        return expiry;
      }
      throw wrong("--expires: '" + text + "' is over already");
    } catch (DateTimeException e) {
      throw wrong("--expires: '" + text + "' is not 12h, 90d or 2027-01-31T00:00:00Z");
    }
  }

  private ParameterException wrong(String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }

  private static Map<String, Object> row(Client client, String source) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("key", client.keyId());
    row.put("id", client.id().value());
    row.put(
        "scopes",
        String.join(
            ",",
            client.allowed().stream()
                .map(s -> s.name().toLowerCase(Locale.ROOT))
                .sorted()
                .toList()));
    row.put("expires", client.expires() == null ? "never" : expires(client.expires()));
    row.put("models", client.models() == null ? "all" : String.join(",", client.models()));
    row.put("concurrency", text(client.most().concurrency()));
    row.put("requestsPerMinute", text(client.most().requestsPerMinute()));
    row.put("tokensPerDay", text(client.most().tokensPerDay()));
    row.put("source", source);
    return row;
  }

  private static String expires(Instant at) {
    return at.isAfter(Instant.now()) ? at.toString() : at + " (expired)";
  }

  private static Object text(@Nullable Number limit) {
    return limit == null ? "-" : limit;
  }
}
