package dev.kompakt.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandLineInterfaceTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String REQUEST =
      "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  private static final List<String> COMMANDS =
      List.of(
          "compact",
          "up",
          "ingress",
          "worker",
          "router",
          "broker",
          "doctor",
          "config",
          "key",
          "account",
          "limits",
          "topics",
          "dead-letter",
          "replay");

  @TempDir Path home;

  @Test
  void shouldTeachWhenAskedForHelp() {
    // When
    Run help = Run.of("--help");

    // Then
    assertThat(help.exitCode()).isZero();
    assertThat(help.out())
        .contains("Usage: kompakt", "Compact histories:", "Serve:", "Examples:", "Exit codes:");
    assertThat(help.out().lines().map(line -> line.replaceFirst("^  (\\S+) +\\S.*", "$1")))
        .containsAll(COMMANDS);
    assertThat(help.err()).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("COMMANDS")
  void shouldShowAnExampleWhenACommandIsAskedForHelp(String command) {
    // When
    Run help = Run.of(command, "--help");

    // Then
    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).contains("Usage: kompakt " + command, "Example", "--set");
  }

  @Test
  void shouldTellItsVersionWhenAsked() {
    // When
    Run version = Run.of("--version");

    // Then
    assertThat(version.exitCode()).isZero();
    assertThat(version.out()).startsWith("kompakt ").contains("Java 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "comapct",
        "compact",
        "compact x --jobs 0",
        "compact x --jobs many",
        "config",
        "topics",
        "account",
        "account pause",
        "limits",
        "broker",
        "broker --data d --listen nowhere",
        "up --nonsense",
        "config show --output xml"
      })
  void shouldBeAUsageErrorWhenTheArgumentsAreWrong(String arguments) {
    // When
    Run run = Run.of(arguments.isEmpty() ? new String[0] : arguments.split(" "));

    // Then
    assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).startsWith("kompakt: ").doesNotContain("Exception", "\tat ");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void shouldNameTheKeyWhenTheConfigIsBad() {
    // When
    Run run = Run.in(home, "up", "--set", "kafka.lanes=0");

    // Then
    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.err()).isEqualTo("kompakt: kafka.lanes: 0 is not between 1 and 1000\n");
  }

  @Test
  void shouldListEveryProblemWhenTheConfigIsChecked() throws IOException {
    // Given
    Path config =
        Files.writeString(
            home.resolve("kompakt.yaml"),
            """
            ingress: { keepalive: { every: 1h } }
            providers: [{ id: p, baseUrl: "http://h", mode: native }]
            accounts: [{ id: a, provider: p, apiKey: "env:NO_SUCH_VARIABLE" }]
            """);

    // When
    Run text = Run.of("config", "check", "--config", config.toString());
    Run json = Run.of("--output", "json", "config", "check", "--config", config.toString());
    Run good = Run.in(home, "config", "check");

    // Then
    assertThat(text.exitCode()).isEqualTo(78);
    assertThat(text.out().lines())
        .containsExactly(
            "ingress.keepalive.every: 1h is not between 0.05s and 1m",
            "accounts.a.apiKey: the environment variable NO_SUCH_VARIABLE is not set");
    assertThat(JSON.readTree(json.out()).path(1).path("key").asString())
        .isEqualTo("accounts.a.apiKey");
    assertThat(good.exitCode()).isZero();
    assertThat(good.out()).isEqualTo("ok\n");
    assertThat(home.resolve("sealing.key")).as("a check makes nothing").doesNotExist();
  }

  @Test
  void shouldShowTheEffectiveConfigWhenAskedInEitherForm() {
    // When
    Run yaml = Run.in(home, "config", "show", "--set", "compaction.maxCalls=7");
    Run json = Run.in(home, "config", "show", "--set", "compaction.maxCalls=7", "--output", "json");

    // Then
    assertThat(yaml.out()).contains("maxCalls: 7", "*** (file:");
    assertThat(JSON.readTree(json.out()).path("compaction").path("maxCalls").asInt()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ingress", "worker", "router"})
  void shouldAskForABrokerWhenARoleIsAloneWithTheEmbeddedOne(String role) {
    // When
    Run run = Run.in(home, role);

    // Then
    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.err()).startsWith("kompakt: kafka.bootstrap: ").hasLineCount(1);
  }

  @Test
  void shouldSayItCannotConnectWhenNoBrokerAnswers() {
    // When
    Run embedded = Run.in(home, "topics", "check");
    Run remote =
        Run.in(
            home,
            "topics",
            "list",
            "--set",
            "kafka.bootstrap=127.0.0.1:1",
            "--set",
            "kafka.client.default.api.timeout.ms=300",
            "--set",
            "kafka.client.request.timeout.ms=200");

    // Then
    assertThat(embedded.exitCode()).isEqualTo(6);
    assertThat(embedded.err()).contains("no broker runs on").hasLineCount(1);
    assertThat(remote.exitCode()).isEqualTo(6);
    assertThat(remote.err()).startsWith("kompakt: no Kafka broker answers").hasLineCount(1);
  }

  @Test
  void shouldSayWhatToDoWhenThePortIsTaken() throws IOException {
    // Given
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String taken = "127.0.0.1:" + other.getLocalPort();

      // When
      Run broker =
          Run.in(home, "broker", "--listen", taken, "--data", home.resolve("broker").toString());

      // Then
      assertThat(broker.exitCode()).isEqualTo(1);
      assertThat(broker.err())
          .startsWith("kompakt: " + taken + " is taken by another process")
          .hasLineCount(1);
    }
  }

  @Test
  void shouldNotStartAnythingWhenNoInputCanBeCompacted() throws IOException {
    // Given
    Path broken = Files.writeString(home.resolve("broken.json"), "{\"model\":");
    Files.createDirectory(home.resolve("empty"));

    // When
    Run missing = Run.in(home, "compact", home.resolve("none.jsonl").toString());
    Run unreadable = Run.in(home, "compact", broken.toString());
    Run directory = Run.in(home, "compact", home.resolve("empty").toString());
    Run both = Run.in(home, "compact", broken.toString(), home.resolve("none.jsonl").toString());

    // Then
    assertThat(missing.exitCode()).isEqualTo(4);
    assertThat(missing.err()).startsWith("kompakt: ").contains("does not exist").hasLineCount(1);
    assertThat(unreadable.exitCode()).isEqualTo(1);
    assertThat(unreadable.err()).contains(broken.toString()).hasLineCount(1);
    assertThat(directory.exitCode()).isEqualTo(4);
    assertThat(both.exitCode()).isEqualTo(1);
    assertThat(both.err()).contains("0 of 2 files done, 2 failed");
    assertThat(home.resolve("data")).doesNotExist();
  }

  @Test
  void shouldOnlySayWhatItWouldDoWhenItIsADryRun() throws IOException {
    // Given
    Path request = Files.writeString(home.resolve("request.json"), REQUEST);
    Path missing = home.resolve("none.json");

    // When
    Run text = Run.in(home, "compact", request.toString(), "--dry-run");
    Run ndjson =
        Run.in(
            home,
            "compact",
            request.toString(),
            missing.toString(),
            "--dry-run",
            "--output",
            "ndjson");

    // Then
    assertThat(text.exitCode()).isZero();
    assertThat(text.out()).contains("would compact 1 items", "request.compacted.json");
    assertThat(ndjson.exitCode()).isEqualTo(3);
    assertThat(ndjson.out().lines().map(JSON::readTree).map(r -> r.path("status").asString()))
        .containsExactly("planned", "failed");
    assertThat(home.resolve("data")).doesNotExist();
  }

  @Test
  void shouldFindThisMachineUsableWhenExamined() {
    // When
    Run doctor =
        Run.in(
            home,
            "doctor",
            "--output",
            "json",
            "--set",
            "ingress.listen=127.0.0.1:0",
            "--set",
            "admin.listen=127.0.0.1:0");

    // Then
    JsonNode findings = JSON.readTree(doctor.out());
    assertThat(doctor.exitCode()).as(doctor.out()).isZero();
    assertThat(findings.valueStream().map(f -> f.path("check").asString()))
        .containsExactly(
            "jdk", "config", "directory", "ingress", "admin", "sealing", "broker", "accounts");
    assertThat(home.resolve("data")).as("the doctor changes nothing").doesNotExist();
  }

  @Test
  void shouldFindWhatIsWrongWhenExamined() throws IOException {
    // Given
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String taken = "127.0.0.1:" + other.getLocalPort();
      Path key = Files.writeString(home.resolve("short.key"), "c2hvcnQ=");

      // When
      Run doctor =
          Run.of(
              "doctor",
              "--config",
              "/dev/null",
              "--set",
              "ingress.listen=" + taken,
              "--set",
              "kafka.dataDir=/proc/kompakt",
              "--set",
              "sealing.key=file:" + key,
              "--set",
              "providers=[{ id: p, baseUrl: 'http://127.0.0.1:1', mode: native }]",
              "--set",
              "accounts=[{ id: a, provider: p, apiKey: 'file:" + key + "' }]");

      // Then
      assertThat(doctor.exitCode()).isEqualTo(1);
      assertThat(doctor.out().lines().filter(line -> line.startsWith("WRONG")))
          .anyMatch(line -> line.contains("directory"))
          .anyMatch(line -> line.contains(taken) && line.contains("ingress.listen"))
          .anyMatch(line -> line.contains("not 32 bytes"))
          .anyMatch(line -> line.contains("provider p") && line.contains("refused"));
      assertThat(doctor.out()).contains("ok    account a");
    }
  }
}
