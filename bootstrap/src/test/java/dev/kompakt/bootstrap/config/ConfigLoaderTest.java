package dev.kompakt.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Mode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a config comes to from its defaults, its file, variables and flags.
class ConfigLoaderTest {
  private static final String KEY_HASH = "ab".repeat(32);

  @TempDir private Path directory;

  @Test
  void shouldServeLoopbackLocallyWhenNothingIsConfigured() {
    // When
    KompaktConfig config = ConfigLoader.load(null, Map.of(), Map.of());

    // Then
    assertThat(config.kafka())
        .isEqualTo(new KompaktConfig.Kafka("embedded", "~/.kompakt", 4, 8, -1, Map.of()));
    assertThat(config.kafka().embedded()).isTrue();
    assertThat(config.ingress())
        .isEqualTo(
            new IngressConfig(
                new HostPort("127.0.0.1", 8700),
                ByteSize.parse("256MiB"),
                Duration.ofMinutes(10),
                Duration.ofSeconds(30),
                ByteSize.parse("512MiB"),
                20_000,
                new IngressConfig.Lanes(
                    new IngressConfig.Lane(16_000, ByteSize.parse("384MiB")),
                    new IngressConfig.Lane(16_000, ByteSize.parse("384MiB")),
                    new IngressConfig.Lane(1_000, ByteSize.parse("1MiB"))),
                new IngressConfig.Connections(
                    16_000, Duration.ofSeconds(10), Duration.ofSeconds(75)),
                ByteSize.parse("1KiB"),
                new IngressConfig.Keepalive(Duration.ofSeconds(10), Duration.ofSeconds(10))));
    assertThat(config.admin().listen()).isEqualTo(new HostPort("127.0.0.1", 8701));
    assertThat(config.sealing().key().reference()).isEqualTo("file:~/.kompakt/sealing.key");
    assertThat(config.compaction())
        .isEqualTo(
            new KompaktConfig.Compaction(
                4, 48, Checkpoint.SEALED, Duration.ofMinutes(30), Duration.ofHours(24)));
    assertThat(config.localOnly()).isTrue();
    assertThat(config.clients()).isEmpty();
    assertThat(config.log().level()).isEqualTo(KompaktConfig.Log.Level.INFO);
  }

  @Test
  void shouldTakeEveryKeyWhenTheFileGivesIt() throws IOException {
    // Given
    Path file =
        file(
            """
            kafka:
              bootstrap: a:9092,b:9092
              dataDir: /var/kompakt
              partitions: 12
              lanes: 24
              replication: 3
              client: { security.protocol: SASL_SSL }
            ingress:
              listen: 0.0.0.0:80
              maxBodyBytes: 64MiB
              bodyDeadline: 1m
              bodyIdle: 500ms
              maxBodyBytesInFlight: 1GiB
              maxRequests: 7
              lanes:
                compact: { maxRequests: 1, maxBodyBytesInFlight: 2MiB }
                responses: { maxRequests: 3, maxBodyBytesInFlight: 4MiB }
                admin: { maxRequests: 5, maxBodyBytesInFlight: 6MiB }
              connections: { perAddress: 8, headTimeout: 9s, idleTimeout: 1m }
              minBodyRate: 0
              keepalive: { firstAfter: 2s, every: 3s }
            admin: { listen: "0.0.0.0:81", key: "env:ADMIN_KEY" }
            sealing: { key: "env:SEALING_KEY" }
            providers:
              - { id: p, baseUrl: "https://h/v1", mode: native, chunkBytes: 4MiB, rejectedTools: [x], usageUrl: "https://h/usage" }
            accounts:
              - id: a
                provider: p
                apiKey: file:/k
                quota: { concurrency: 1, requestsPerMinute: 2, tokensPerMinute: 3, ceilings: { primary: 80 } }
            compaction:
              parallelChunks: 5
              maxCalls: 6
              checkpoint: plain
              deadline: 7m
              keepResults: 8h
            routing:
              budgetThreshold: 90
              whenExhausted: local
              grace: 11s
              sessionIdle: 12m
              limitLifetime: 13m
              usageEvery: 14s
            upstream:
              connectTimeout: 1s
              headerTimeout: 2s
              idleTimeout: 3s
              totalTimeout: 4s
              maxResponseBytes: 1MiB
            worker: { concurrency: 9, localConcurrency: 3 }
            router: { threads: 2, stateMemory: 64MiB }
            shutdown: { notice: 15s, grace: 16s }
            clients:
              - id: alice
                key: 0123456789Ab
                keySha256: "%s"
                scopes: [compact]
                expires: 2027-01-31T00:00:00Z
                models: [gpt-5*, m]
                limits: { concurrency: 1, requestsPerMinute: 2, tokensPerDay: 3000000000 }
            clientsFile: /c.yaml
            log: { format: json, level: debug }
            """
                .formatted(KEY_HASH));

    // When
    KompaktConfig config = ConfigLoader.load(file, Map.of(), Map.of());

    // Then
    KompaktConfig.Account account = config.accounts().getFirst();
    assertThat(Objects.requireNonNull(account.apiKey()).reference()).isEqualTo("file:/k");
    assertThat(config)
        .isEqualTo(
            new KompaktConfig(
                new KompaktConfig.Kafka(
                    "a:9092,b:9092",
                    "/var/kompakt",
                    12,
                    24,
                    3,
                    Map.of("security.protocol", "SASL_SSL")),
                new IngressConfig(
                    new HostPort("0.0.0.0", 80),
                    new ByteSize(64L << 20),
                    Duration.ofMinutes(1),
                    Duration.ofMillis(500),
                    new ByteSize(1L << 30),
                    7,
                    new IngressConfig.Lanes(
                        new IngressConfig.Lane(1, new ByteSize(2 << 20)),
                        new IngressConfig.Lane(3, new ByteSize(4 << 20)),
                        new IngressConfig.Lane(5, new ByteSize(6 << 20))),
                    new IngressConfig.Connections(8, Duration.ofSeconds(9), Duration.ofMinutes(1)),
                    new ByteSize(0),
                    new IngressConfig.Keepalive(Duration.ofSeconds(2), Duration.ofSeconds(3))),
                new KompaktConfig.Admin(new HostPort("0.0.0.0", 81), config.admin().key()),
                config.sealing(),
                List.of(
                    new KompaktConfig.Provider(
                        new ProviderId("p"),
                        URI.create("https://h/v1"),
                        Mode.NATIVE,
                        new ByteSize(4L << 20),
                        List.of("x"),
                        URI.create("https://h/usage"))),
                List.of(
                    new KompaktConfig.Account(
                        new AccountId("a"),
                        new ProviderId("p"),
                        account.apiKey(),
                        null,
                        new KompaktConfig.Quota(1, 2, 3, Map.of("primary", 80)))),
                new KompaktConfig.Compaction(
                    5, 6, Checkpoint.PLAIN, Duration.ofMinutes(7), Duration.ofHours(8)),
                new RoutingConfig(
                    90,
                    RoutingConfig.WhenExhausted.LOCAL,
                    Duration.ofSeconds(11),
                    Duration.ofMinutes(12),
                    Duration.ofMinutes(13),
                    Duration.ofSeconds(14)),
                new UpstreamConfig(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(4),
                    new ByteSize(1L << 20)),
                new KompaktConfig.Worker(9, 3),
                new KompaktConfig.Router(2, new ByteSize(64L << 20)),
                new KompaktConfig.Shutdown(Duration.ofSeconds(15), Duration.ofSeconds(16)),
                List.of(
                    new Client(
                        new TenantId("alice"),
                        "0123456789Ab",
                        KEY_HASH,
                        List.of(Client.Scope.COMPACT),
                        Instant.parse("2027-01-31T00:00:00Z"),
                        List.of("gpt-5*", "m"),
                        new Client.Limits(1, 2, 3_000_000_000L))),
                "/c.yaml",
                new KompaktConfig.Log(
                    KompaktConfig.Log.Format.JSON, KompaktConfig.Log.Level.DEBUG)));
    assertThat(config.sealing().key().reference()).isEqualTo("env:SEALING_KEY");
    assertThat(config.admin().key()).extracting(Secret::reference).isEqualTo("env:ADMIN_KEY");
  }

  @Test
  void shouldGiveNoticeOfItsEndWhereOthersCanReachIt() {
    // When
    KompaktConfig alone = load(Map.of());
    KompaktConfig reachable =
        load(
            Map.of(
                "ingress.listen",
                "0.0.0.0:80",
                "clients",
                "[{ id: a, keySha256: " + KEY_HASH + " }]"));
    KompaktConfig told = load(Map.of("shutdown.notice", "2s"));

    // Then
    assertThat(alone.notice()).isZero();
    assertThat(reachable.notice()).isEqualTo(Duration.ofSeconds(5));
    assertThat(told.notice()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void shouldLetFlagsWinOverVariablesOverTheFileWhenAllGiveAKey() throws IOException {
    // Given
    Path file =
        file("compaction: { maxCalls: 1, parallelChunks: 1 }\ningress: { maxRequests: 1 }\n");
    Map<String, String> environment =
        Map.of("KOMPAKT_COMPACTION_MAX_CALLS", "2", "KOMPAKT_COMPACTION_PARALLEL_CHUNKS", "2");

    // When
    KompaktConfig config = ConfigLoader.load(file, environment, Map.of("compaction.maxCalls", "3"));

    // Then
    assertThat(config.compaction().maxCalls()).isEqualTo(3);
    assertThat(config.compaction().parallelChunks()).isEqualTo(2);
    assertThat(config.ingress().maxRequests()).isEqualTo(1);
  }

  @Test
  void shouldTakeListsAndMapsWhenAVariableHoldsYaml() {
    // When
    KompaktConfig config =
        ConfigLoader.load(
            null,
            Map.of(
                "KOMPAKT_PROVIDERS", "[{ id: p, baseUrl: 'http://h', mode: summarize }]",
                "KOMPAKT_ACCOUNTS", "[{ id: a, provider: p, apiKey: 'env:KOMPAKT_P_KEY' }]",
                "KOMPAKT_P_KEY", "a secret that is no setting, but referred to",
                "KOMPAKT_JAVA_OPTS", "-Xmx1g"),
            Map.of("kafka.client.sasl.jaas.config", "a: {b"));

    // Then
    assertThat(config.accounts().getFirst().limits().parallel()).isEqualTo(4);
    assertThat(config.kafka().client()).containsEntry("sasl.jaas.config", "a: {b");
  }

  @Test
  void shouldKeepTheDefaultsWhenAKeyHasNothingAfterIt() throws IOException {
    // When
    KompaktConfig config =
        ConfigLoader.load(file("ingress:\nproviders:\nlog: { level: }\n"), Map.of(), Map.of());

    // Then
    assertThat(config).isEqualTo(withKeyOf(config, ConfigLoader.load(null, Map.of(), Map.of())));
  }

  @Test
  void shouldHideSecretsWhenTheConfigIsShown() throws IOException {
    // Given
    Path file =
        file(
            """
            providers: [{ id: p, baseUrl: "http://h", mode: native }]
            accounts:
              - { id: a, provider: p, apiKey: "env:P_KEY" }
              - { id: b, provider: p, oauth: { tokenUrl: "http://t", clientId: c, refreshToken: "env:R" } }
            kafka: { client: { sasl.jaas.config: "hunter2", ssl.keystore.key: "hunter2", retries: "3" } }
            """);

    // When
    String shown =
        ConfigLoader.yaml(ConfigLoader.effective(file, Map.of(), Map.of("kafka.lanes", "3")));

    // Then
    assertThat(shown)
        .contains("apiKey: '*** (env:P_KEY)'", "refreshToken: '*** (env:R)'")
        .contains("lanes: 3", "retries: 3", "maxCalls: 48")
        .doesNotContain("hunter2");
  }

  private static KompaktConfig load(Map<String, String> flags) {
    return ConfigLoader.load(null, Map.of(), flags);
  }

  /// Secrets are equal to nothing but themselves.
  private static KompaktConfig withKeyOf(KompaktConfig key, KompaktConfig config) {
    return new KompaktConfig(
        config.kafka(),
        config.ingress(),
        key.admin(),
        key.sealing(),
        config.providers(),
        config.accounts(),
        config.compaction(),
        config.routing(),
        config.upstream(),
        config.worker(),
        config.router(),
        config.shutdown(),
        config.clients(),
        config.clientsFile(),
        config.log());
  }

  private Path file(String yaml) throws IOException {
    return Files.writeString(directory.resolve("kompakt.yaml"), yaml);
  }
}
