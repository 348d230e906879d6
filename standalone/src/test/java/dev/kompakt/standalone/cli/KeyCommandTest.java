package dev.kompakt.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.Client;
import dev.kompakt.bootstrap.config.ClientKey;
import dev.kompakt.bootstrap.config.ClientsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class KeyCommandTest {
  @TempDir Path home;

  @Test
  void shouldPrintTheKeyOnceAndKeepItsHashWhenMade() throws IOException {
    // When
    Run made =
        Run.in(
            home,
            "key",
            "create",
            "--id",
            "alice",
            "--scope",
            "compact",
            "--expires",
            "90d",
            "--model",
            "gpt-5*",
            "--model",
            "m",
            "--concurrency",
            "2",
            "--requests-per-minute",
            "30",
            "--tokens-per-day",
            "5000000000");

    // Then
    assertThat(made.exitCode()).as(made.err()).isZero();
    String text = made.out().strip();
    ClientKey key = Objects.requireNonNull(ClientKey.parse(text));
    Path file = home.resolve("clients.yaml");
    assertThat(Files.readString(file)).doesNotContain(text).contains(key.sha256());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(made.err()).doesNotContain(text).contains(key.id(), "only time", "first");
    Client stored = new ClientsFile(file).read().getFirst();
    assertThat(stored.keyId()).isEqualTo(key.id());
    assertThat(stored.scopes()).isEqualTo(List.of(Client.Scope.COMPACT));
    assertThat(stored.models()).isEqualTo(List.of("gpt-5*", "m"));
    assertThat(stored.limits()).isEqualTo(new Client.Limits(2, 30, 5_000_000_000L));
    assertThat(stored.expires())
        .isBetween(
            Instant.now().plus(Duration.ofDays(89)), Instant.now().plus(Duration.ofDays(90)));
  }

  @Test
  void shouldListAndRevokeWhenThereAreKeys() {
    // Given
    Run.in(home, "key", "create", "--id", "alice");
    Run second = Run.in(home, "key", "create", "--id", "alice", "--output", "json");
    JsonNode created = new JsonMapper().readTree(second.out()).path(0);
    String keyId = created.path("key").asString();

    // When
    Run dry = Run.in(home, "key", "revoke", keyId, "--dry-run");
    Run before = Run.in(home, "key", "list", "--output", "ndjson");
    Run revoked = Run.in(home, "key", "revoke", keyId);
    Run after = Run.in(home, "key", "list");
    Run again = Run.in(home, "key", "revoke", keyId);

    // Then
    assertThat(ClientKey.parse(created.path("secret").asString())).isNotNull();
    assertThat(dry.exitCode()).isZero();
    assertThat(before.out().lines()).hasSize(2).anyMatch(line -> line.contains(keyId));
    assertThat(before.out()).doesNotContain("secret", "kmpk_", "keySha256");
    assertThat(revoked.exitCode()).as(revoked.err()).isZero();
    assertThat(after.out()).doesNotContain(keyId).contains("alice");
    assertThat(again.exitCode()).isEqualTo(ExitCode.NOT_FOUND.number());
  }

  @Test
  void shouldWriteNothingWhenOnlyTried() {
    // When
    Run tried = Run.in(home, "key", "create", "--id", "alice", "--dry-run");

    // Then
    assertThat(tried.exitCode()).isZero();
    assertThat(tried.out()).isEmpty();
    assertThat(home.resolve("clients.yaml")).doesNotExist();
  }

  @Test
  void shouldMakeTheFirstKeyWhenListeningWhereOthersReachIt() {
    // Given
    String[] everywhere = {"--set", "ingress.listen=0.0.0.0:0"};

    // When
    Run refused = Run.in(home, "config", "check", everywhere[0], everywhere[1]);
    Run made = Run.in(home, "key", "create", "--id", "alice", everywhere[0], everywhere[1]);
    Run accepted = Run.in(home, "config", "check", everywhere[0], everywhere[1]);

    // Then
    assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_CONFIG.number());
    assertThat(refused.out()).contains("ingress.listen", "kompakt key create");
    assertThat(made.exitCode()).as(made.err()).isZero();
    assertThat(accepted.exitCode()).as(accepted.out()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"ingress.listen,kompakt key create", "admin.listen,admin.key"})
  void shouldRefuseToStartWhenOthersReachItAndNoKeyIsAskedFor(String key, String advice) {
    // When
    Run run = Run.in(home, "up", "--set", key + "=0.0.0.0:0");

    // Then
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_CONFIG.number());
    assertThat(run.err()).contains(key, advice);
    assertThat(home.resolve("data")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "--id,a b,tenant id",
    "--expires,soon,90d",
    "--expires,2020-01-01T00:00:00Z,over already",
    "--expires,0d,over already",
    "--scope,admin,--scope",
    "--model,a*b,models",
    "--concurrency,0,concurrency",
    "--requests-per-minute,-1,requestsPerMinute",
    "--tokens-per-day,many,--tokens-per-day",
  })
  void shouldSayWhatIsWrongWhenAnOptionIs(String option, String value, String problem) {
    // When
    Run run =
        option.equals("--id")
            ? Run.in(home, "key", "create", option, value)
            : Run.in(home, "key", "create", "--id", "alice", option, value);

    // Then
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE.number());
    assertThat(run.err()).contains(problem);
    assertThat(home.resolve("clients.yaml")).doesNotExist();
  }

  @Test
  void shouldTouchNothingWhenTheFileIsBroken() throws IOException {
    // Given
    Path file = Files.writeString(home.resolve("clients.yaml"), "clients: [{ id: a }]\n");

    // When
    Run made = Run.in(home, "key", "create", "--id", "alice");
    Run checked = Run.in(home, "config", "check");

    // Then
    assertThat(made.exitCode()).isEqualTo(ExitCode.BAD_CONFIG.number());
    assertThat(made.err()).contains("clients.yaml", "keySha256");
    assertThat(checked.exitCode()).isEqualTo(ExitCode.BAD_CONFIG.number());
    assertThat(file).hasContent("clients: [{ id: a }]");
  }
}
