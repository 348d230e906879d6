package dev.kompakt.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is wrong in a config is refused by its full key, and nothing secret is shown.
class ConfigRefusalTest {
  private static final String KEY_HASH = "ab".repeat(32);

  private static final String WRONG =
      """
      ingres: { listen: x }                   # ingres: is no setting; known here: [accounts, admin,
      ingress: { lissten: x }                 # ingress.lissten: is no setting; known here: [
      ingress: { keepalive: { evry: 1s } }    # ingress.keepalive.evry: is no setting
      providers: [{ id: p, baseUrl: 'http://h', mode: native, url: x }] # providers[0].url: is no setting
      kafka: { partitions: many }             # kafka.partitions: 'many' is not a whole number
      kafka: { partitions: 1.5 }              # kafka.partitions: '1.5' is not a whole number
      kafka: { partitions: 0 }                # kafka.partitions: 0 is not between 1 and 1000
      kafka: { replication: 0 }               # kafka.replication: 0 is not between 1 and 15
      kafka: { bootstrap: nowhere }           # kafka.bootstrap: 'nowhere' is neither embedded nor
      kafka: { bootstrap: 'a:1,,b:2' }        # kafka.bootstrap: 'a:1,,b:2' is neither embedded nor
      kafka: 5                                # kafka: is not a map of settings
      ingress: { listen: 8700 }               # ingress.listen: is not host:port
      ingress: { listen: 'h:70000' }          # ingress.listen: 'h:70000' is not host:port
      ingress: { listen: '0.0.0.0:1' }        # ingress.listen: 0.0.0.0:1 can be reached by others
      ingress: { maxBodyBytes: 1TB }          # ingress.maxBodyBytes: '1TB' is not a size
      ingress: { maxBodyBytes: 512MiB }       # ingress.maxBodyBytes: 512MiB is not between 1KiB and 256MiB
      ingress: { bodyIdle: 30 }               # ingress.bodyIdle: '30' is not a duration
      ingress: { keepalive: { every: 2m } }   # ingress.keepalive.every: 2m is not between 0.05s and 1m
      compaction: { checkpoint: open }        # compaction.checkpoint: 'open' is not one of [sealed, plain]
      accounts: { id: a }                     # accounts: is not a list
      accounts: [a]                           # accounts[0]: is not a map of settings
      accounts: [{ id: a }]                   # accounts[0].provider: is missing
      accounts: [{ id: a, provider: p, apiKey: 'env:K' }]       # accounts.a.provider: there is no provider 'p'
      accounts: [{ id: a, provider: p, apiKey: sk-123 }]        # accounts[0].apiKey: a secret is given as env:NAME
      accounts: [{ id: a, provider: p, apiKey: 123 }]           # accounts[0].apiKey: a secret is given as env:NAME
      accounts: [{ id: a, provider: p, apiKey: 'env:K', quota: { concurrency: 0 } }] # accounts.a.quota.concurrency: 0 is not
      accounts: [{ id: 'a b', provider: p, apiKey: 'env:K' }]   # accounts[0].id: account id 'a b' does not match
      providers: [{ id: p, baseUrl: 'ftp://h', mode: native }]  # providers.p.baseUrl: 'ftp://h' is not an http
      providers: [{ id: p, baseUrl: 'http://h', mode: local }]  # providers.p.mode: local needs no provider
      providers: [{ id: p, baseUrl: 'http://h', mode: x }]      # providers[0].mode: 'x' is not one of [native,
      clients: [{ id: a, keySha256: "KEYHASH", key: x }] # clients.a.key: is no key's name as `kompakt key create` makes it
      clients: [{ id: a, keySha256: "KEYHASH", scopes: [] }] # clients.a.scopes: is empty; leave it out for all of them
      clients: [{ id: a, keySha256: "KEYHASH", scopes: [all] }] # clients[0].scopes[0]: 'all' is not one of [compact, responses]
      clients: [{ id: a, keySha256: "KEYHASH", expires: soon }] # clients[0].expires: 'soon' is not a time such as 2027-01-31T00:00:00Z
      clients: [{ id: a, keySha256: "KEYHASH", models: [] }] # clients.a.models: has 0 entries, not 1 to 100
      clients: [{ id: a, keySha256: "KEYHASH", models: ["a*b"] }] # clients.a.models: 'a*b' is no model's name, nor the start of one and *
      clients: [{ id: a, keySha256: "KEYHASH", limits: { concurrency: 0 } }] # clients.a.limits.concurrency: 0 is not between 1 and 1000000
      clients: [{ id: a, keySha256: "KEYHASH", limits: { requestsPerMinute: 0 } }] # clients.a.limits.requestsPerMinute: 0 is not between 1 and 1000000
      clients: [{ id: a, keySha256: "KEYHASH", limits: { tokensPerDay: 0 } }] # clients.a.limits.tokensPerDay: 0 is not between 1 and 1000000000000000
      ingress: { lanes: { admin: { maxRequests: 0 } } } # ingress.lanes.admin.maxRequests: 0 is not between 1 and 1000000
      ingress: { lanes: { compact: { maxBodyBytesInFlight: 1 } } } # ingress.lanes.compact.maxBodyBytesInFlight: 1 is not between 1KiB and 1024GiB
      ingress: { connections: { perAddress: 0 } } # ingress.connections.perAddress: 0 is not between 1 and 1000000
      ingress: { connections: { headTimeout: 6m } } # ingress.connections.headTimeout: 6m is not between 0.1s and 5m
      ingress: { minBodyRate: 2MiB }          # ingress.minBodyRate: 2MiB is not between 0 and 1MiB
      admin: { listen: "0.0.0.0:1" }          # admin.listen: 0.0.0.0:1 can be reached by others: set admin.key to env:NAME or file:PATH, or listen on 127.0.0.1
      admin: { key: open-sesame }             # admin.key: a secret is given as env:NAME or file:PATH, never in the config itself
      clients: [{ id: a, keySha256: abc }]    # clients.a.keySha256: is not 64 hex digits
      log: { level: loud }                    # log.level: 'loud' is not one of [error, warn, info, debug]
      [1, 2]                                  # is not a map of settings
      """;

  @TempDir private Path directory;

  @ParameterizedTest
  @MethodSource("wrong")
  void shouldNameTheKeyWhenTheFileIsWrong(String line) throws IOException {
    // Given
    String[] parts = line.split(" +# ", 2);
    Path file = file(parts[0] + "\n");

    // When
    var load = assertThatThrownBy(() -> ConfigLoader.load(file, Map.of(), Map.of()));

    // Then
    load.isInstanceOf(ConfigException.class).hasMessageContaining(parts[1]);
    load.hasMessageNotContaining("sk-123").hasMessageNotContaining("123'");
  }

  private static Stream<String> wrong() {
    return WRONG.lines().map(line -> line.replace("KEYHASH", KEY_HASH));
  }

  @Test
  void shouldRefuseADuplicateWhenTheFileGivesAKeyOrIdTwice() throws IOException {
    // Given
    Path key = file("kafka: { lanes: 1 }\nkafka: { lanes: 2 }\n");
    String provider = "{ id: p, baseUrl: 'http://h', mode: native }";

    // When
    var sameKey = assertThatThrownBy(() -> ConfigLoader.load(key, Map.of(), Map.of()));
    var sameId =
        assertThatThrownBy(
            () ->
                ConfigLoader.load(
                    null, Map.of(), Map.of("providers", "[" + provider + "," + provider + "]")));

    // Then
    sameKey.hasMessageContaining("line 2").hasMessageContaining("kafka");
    sameId.hasMessage("providers: id 'p' is given twice");
  }

  @Test
  void shouldNameTheFileWhenItCannotBeRead() throws IOException {
    // Given
    Path missing = directory.resolve("none.yaml");
    Path broken = file("kafka: [1\n");

    // When
    var none = assertThatThrownBy(() -> ConfigLoader.load(missing, Map.of(), Map.of()));
    var syntax = assertThatThrownBy(() -> ConfigLoader.load(broken, Map.of(), Map.of()));

    // Then
    none.isInstanceOf(ConfigException.class).hasMessage(missing + ": there is no such file");
    syntax
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(broken + ": is not valid YAML at line");
  }

  @Test
  void shouldNameTheOriginWhenAFlagOrVariableIsWrong() {
    // When
    var flag = assertThatThrownBy(() -> load(Map.of("kafka.lane", "1")));
    var step = assertThatThrownBy(() -> load(Map.of("kafkas.lanes", "1")));
    var value = assertThatThrownBy(() -> load(Map.of("kafka.lanes", "[")));
    var none = assertThatThrownBy(() -> load(Map.of("kafka.lanes", "null")));
    var variable =
        assertThatThrownBy(
            () -> ConfigLoader.load(null, Map.of("KOMPAKT_KAFKA_LANE", "1"), Map.of()));

    // Then
    flag.hasMessageStartingWith("kafka.lane: is no setting; known here: [bootstrap");
    step.hasMessage("kafkas.lanes: is no setting");
    value.hasMessageStartingWith("kafka.lanes: the value is not valid YAML");
    none.hasMessage("kafka.lanes: has no value");
    variable.hasMessageStartingWith("KOMPAKT_KAFKA_LANE: is no setting of Kompakt");
  }

  @Test
  void shouldFindEveryProblemWhenSeveralSettingsAreWrong() throws IOException {
    // Given
    Path file =
        file(
            """
            kafka: { partitions: 0, lanes: x }
            ingress: { nonsense: 1, keepalive: { every: 5m } }
            providers:
              - { id: p, baseUrl: nowhere, mode: native }
              - { id: q, baseUrl: "http://h", mode: native, chunkBytes: 1KiB }
              - { id: r, baseUrl: "http://h", mode: native }
            accounts:
              - { id: a, provider: p, apiKey: "env:NO_SUCH_VAR" }
              - { id: b, provider: r, apiKey: "env:NO_SUCH_VAR" }
            clients: [{ id: c }]
            """);

    // When
    List<ConfigException> problems = ConfigLoader.problems(file, Map.of(), Map.of());

    // Then
    assertThat(problems)
        .extracting(ConfigException::key)
        .containsExactlyInAnyOrder(
            "kafka.partitions",
            "kafka.lanes",
            "ingress.nonsense",
            "ingress.keepalive.every",
            "providers.p.baseUrl",
            "providers.q.chunkBytes",
            "clients[0].keySha256",
            "accounts.b.apiKey");
    assertThat(ConfigLoader.problems(file("{}"), Map.of(), Map.of())).isEmpty();
  }

  @Test
  void shouldRefuseACrashPointThatIsNone() {
    assertThat(
            ConfigLoader.problems(
                null, Map.of("KOMPAKT_CRASH_AT", "segment-sent:2"), Map.of("kafka.lanes", "3")))
        .isEmpty();

    assertThatThrownBy(
            () -> ConfigLoader.load(null, Map.of("KOMPAKT_CRASH_AT", "segment"), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("KOMPAKT_CRASH_AT: `segment` is not a point")
        .hasMessageContaining("segment-sent");
  }

  private static KompaktConfig load(Map<String, String> flags) {
    return ConfigLoader.load(null, Map.of(), flags);
  }

  private Path file(String yaml) throws IOException {
    return Files.writeString(directory.resolve("kompakt.yaml"), yaml);
  }
}
