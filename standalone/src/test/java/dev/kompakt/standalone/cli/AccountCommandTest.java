package dev.kompakt.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.standalone.HomeConfig;
import dev.kompakt.standalone.Kompakt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AccountCommandTest {
  @TempDir Path home;

  private Kompakt up() throws IOException {
    Path key = Files.writeString(home.resolve("key"), "sk-test");
    return Kompakt.up(
        HomeConfig.of(
            home,
            Map.of(
                "providers",
                "[{id: openai, baseUrl: 'http://127.0.0.1:1', mode: native}]",
                "accounts",
                "[{id: a, provider: openai, apiKey: 'file:%s'},".formatted(key)
                    + " {id: b, provider: openai, apiKey: 'file:%s'}]".formatted(key))));
  }

  @Test
  void shouldSayThatTheKeyIsMissingOrAnother() throws Exception {
    // Given
    Path key = Files.writeString(home.resolve("admin.key"), "right");
    Path other = Files.writeString(home.resolve("other.key"), "wrong");

    // When
    Run right;
    Run none;
    Run wrong;
    try (Kompakt _ = Kompakt.up(HomeConfig.of(home, Map.of("admin.key", "file:" + key)))) {
      right = Run.in(home, "account", "list", "--set", "admin.key=file:" + key);
      none = Run.in(home, "account", "list");
      wrong = Run.in(home, "account", "list", "--set", "admin.key=file:" + other);
    }

    // Then
    assertThat(right.exitCode()).isZero();
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.err()).contains("the config has none", "admin.key");
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err()).contains("does not know the admin.key");
  }

  @Test
  void shouldPauseOverRestartsUntilResumed() throws Exception {
    // When
    Run paused;
    try (Kompakt _ = up()) {
      paused = Run.in(home, "account", "pause", "a");
    }
    Run restarted;
    Run filtered;
    Run explained;
    Run resumed;
    Run back;
    Run probed;
    Run unknown;
    Run limits;
    try (Kompakt _ = up()) {
      restarted = Run.in(home, "account", "list", "--output", "json");
      filtered = Run.in(home, "account", "list", "--state", "paused");
      explained = Run.in(home, "account", "explain", "--tokens", "1000");
      resumed = Run.in(home, "account", "resume", "a");
      back = Run.in(home, "account", "list");
      probed = Run.in(home, "account", "probe", "b");
      unknown = Run.in(home, "account", "pause", "c");
      limits = Run.in(home, "limits", "list", "--output", "json");
    }
    Run alone = Run.in(home, "account", "list", "--set", "admin.listen=127.0.0.1:1");

    // Then
    assertThat(paused.err()).isEqualTo("account a is paused\n");
    assertThat(paused.exitCode()).isZero();
    JsonNode accounts = new JsonMapper().readTree(restarted.out());
    assertThat(accounts.valueStream().map(a -> a.get("state").asString()))
        .containsExactly("paused", "active");
    assertThat(filtered.out()).contains("a ", "paused").doesNotContain("active");
    assertThat(explained.err()).isEqualTo("goes to b: safe\n");
    assertThat(explained.out()).contains("out", "paused");
    assertThat(resumed.err()).isEqualTo("account a is active\n");
    assertThat(back.out().lines()).hasSize(3).first().asString().startsWith("account");
    assertThat(back.out()).doesNotContain("paused");
    assertThat(probed.err()).isEqualTo("account b refuses: unavailable; it is active\n");
    assertThat(probed.exitCode()).isEqualTo(1);
    assertThat(unknown.exitCode()).isEqualTo(4);
    assertThat(unknown.err()).contains("no account");
    assertThat(limits.out()).isEqualToIgnoringWhitespace("[]");
    assertThat(alone.exitCode()).isEqualTo(6);
    assertThat(alone.err()).contains("127.0.0.1:1", "kompakt up");
  }
}
