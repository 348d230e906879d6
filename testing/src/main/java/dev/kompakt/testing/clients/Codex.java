package dev.kompakt.testing.clients;

import dev.kompakt.testing.Canaries;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The Codex command line, of one version, with a home of its own and no way out but to loopback.
public final class Codex {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration LONGEST = Duration.ofSeconds(90);
  private static final String KEY = "GATEWAY_KEY";

  private final Path program;
  private final Path home;

  /// How Codex is to see its provider.
  ///
  /// @param name up to 0.154 a provider must be called `OpenAI` for its histories to be compacted
  ///   remotely
  /// @param capability `v2` where the provider is to compact remotely whatever its name; null to
  ///   leave it out
  /// @param remoteV2 the feature `remote_compaction_v2`; null to leave it as it is
  /// @param compactAt tokens from which the next turn compacts first
  /// @param idle how long a stream may be silent
  /// @param webSockets whether it tries WebSockets first
  /// @param model what it asks for
  public record Settings(
      String name,
      @Nullable String capability,
      @Nullable Boolean remoteV2,
      long compactAt,
      Duration idle,
      boolean webSockets,
      String model) {
    /// A provider of any name that compacts remotely, as current versions are set up.
    public static final Settings CURRENT =
        new Settings("Gateway", "v2", null, 500, Duration.ofSeconds(30), false, "gpt-5.5");

    /// A provider that old versions take for OpenAI's own.
    public static final Settings OLD =
        new Settings("OpenAI", null, null, 500, Duration.ofSeconds(30), false, "gpt-5.5");

    public Settings withoutRemote() {
      return new Settings(name, null, remoteV2, compactAt, idle, webSockets, model);
    }

    public Settings withRemoteV2(boolean on) {
      return new Settings(name, capability, on, compactAt, idle, webSockets, model);
    }

    public Settings withIdle(Duration silence) {
      return new Settings(name, capability, remoteV2, compactAt, silence, webSockets, model);
    }

    public Settings withWebSockets() {
      return new Settings(name, capability, remoteV2, compactAt, idle, true, model);
    }

    public Settings withModel(String asked) {
      return new Settings(name, capability, remoteV2, compactAt, idle, webSockets, asked);
    }

    public Settings compactingAt(long tokens) {
      return new Settings(name, capability, remoteV2, tokens, idle, webSockets, model);
    }
  }

  /// What a run came to.
  ///
  /// @param exit its exit code
  /// @param events what it printed with `--json`
  public record Run(int exit, List<JsonNode> events, String errors) {
    /// Everything it said, for a failed assertion.
    @Override
    public String toString() {
      return "exit " + exit + "\n" + events + "\n" + errors;
    }
  }

  /// Sets a home up.
  ///
  /// @param installed where npm put the package
  /// @param home an empty directory
  /// @param baseUrl what a user would put as `base_url`
  public Codex(Path installed, Path home, URI baseUrl, Settings settings) {
    program = installed.resolve("node_modules/.bin/codex");
    this.home = home;
    try {
      Files.createDirectories(home.resolve("project"));
      Files.writeString(home.resolve("config.toml"), config(baseUrl, settings));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String config(URI baseUrl, Settings settings) {
    String config =
        """
        model = "%s"
        model_provider = "gw"
        model_auto_compact_token_limit = %d
        check_for_update_on_startup = false
        approval_policy = "never"
        sandbox_mode = "danger-full-access"
        [model_providers.gw]
        name = "%s"
        base_url = "%s"
        wire_api = "responses"
        env_key = "%s"
        supports_websockets = %s
        stream_idle_timeout_ms = %d
        request_max_retries = 6
        """
            .formatted(
                settings.model(),
                settings.compactAt(),
                settings.name(),
                baseUrl,
                KEY,
                settings.webSockets(),
                settings.idle().toMillis());
    if (settings.capability() != null) {
      config +=
          """
          [model_providers.gw.capabilities]
          remote_compaction = "%s"
          """
              .formatted(settings.capability());
    }
    config +=
        """
        [analytics]
        enabled = false
        """;
    if (settings.remoteV2() != null) {
      config +=
          """
          [features]
          remote_compaction_v2 = %s
          """
              .formatted(settings.remoteV2());
    }
    return config;
  }

  /// A first turn.
  public Run turn(String prompt) {
    return run(List.of("exec", "--skip-git-repo-check", "--json", planted(prompt)));
  }

  /// A further turn of the last session.
  public Run resume(String prompt) {
    return run(
        List.of("exec", "--skip-git-repo-check", "--json", "resume", "--last", planted(prompt)));
  }

  private static String planted(String text) {
    return text + " " + Canaries.TEXT;
  }

  private Run run(List<String> arguments) {
    try {
      Path out = Files.createTempFile(home, "out-", ".jsonl");
      Path err = Files.createTempFile(home, "err-", ".txt");
      Process process =
          process(arguments)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
        end(process);
        throw new AssertionError(
            "codex did not end in "
                + LONGEST
                + "\n"
                + Files.readString(out)
                + Files.readString(err));
      }
      List<JsonNode> events = new ArrayList<>();
      for (String line : Files.readAllLines(out)) {
        if (line.startsWith("{")) {
          events.add(JSON.readTree(line));
        }
      }
      return new Run(process.exitValue(), events, Files.readString(err));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private ProcessBuilder process(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(arguments);
    ProcessBuilder process =
        new ProcessBuilder(command).directory(home.resolve("project").toFile());
    Map<String, String> environment = process.environment();
    String path = environment.getOrDefault("PATH", "/usr/bin:/bin");
    environment.clear();
    environment.put("PATH", path);
    environment.put("HOME", home.toString());
    environment.put("CODEX_HOME", home.toString());
    environment.put(KEY, Canaries.SECRET);
    // a port nobody listens on: whatever is not for loopback fails at once
    environment.put("HTTPS_PROXY", "http://127.0.0.1:9");
    environment.put("HTTP_PROXY", "http://127.0.0.1:9");
    environment.put("NO_PROXY", "127.0.0.1");
    return process;
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /// Opens the app server, which editors use.
  public AppServer appServer() {
    try {
      return new AppServer(
          process(List.of("app-server"))
              .redirectError(Files.createTempFile(home, "app-", ".txt").toFile())
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// One app server, spoken to in JSON lines.
  public static final class AppServer implements AutoCloseable {
    private final Process process;
    private final BufferedReader in;
    private final Writer out;
    private final List<JsonNode> heard = new ArrayList<>();
    private int asked;

    private AppServer(Process process) {
      this.process = process;
      in =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      out = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
      var _ =
          process
              .onExit()
              .orTimeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
              .whenComplete((_, _) -> end(process));
      ask("initialize", "{\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}");
      tell("initialized");
    }

    /// Opens a thread; its id.
    public String startThread() {
      return ask("thread/start", "{}").at("/thread/id").asString();
    }

    /// Makes a turn and waits for its end; how it ended.
    public JsonNode turn(String thread, String text) {
      ask(
          "turn/start",
          "{\"threadId\":\"%s\",\"input\":[{\"type\":\"text\",\"text\":\"%s\"}]}"
              .formatted(thread, planted(text)));
      return await("turn/completed");
    }

    /// Compacts by hand and waits for its end; how it ended.
    public JsonNode compact(String thread) {
      ask("thread/compact/start", "{\"threadId\":\"%s\"}".formatted(thread));
      return await("turn/completed");
    }

    private JsonNode ask(String method, String parameters) {
      int id = ++asked;
      write(
          JSON.createObjectNode()
              .put("id", id)
              .put("method", method)
              .set("params", JSON.readTree(parameters)));
      JsonNode answer = next(line -> line.path("id").asInt(-1) == id && !line.has("method"));
      if (answer.has("error")) {
        throw new AssertionError(method + ": " + answer + "\n" + heard);
      }
      return answer.path("result");
    }

    private void tell(String method) {
      write(JSON.createObjectNode().put("method", method));
    }

    private JsonNode await(String method) {
      return next(line -> line.path("method").asString("").equals(method)).path("params");
    }

    private void write(JsonNode line) {
      try {
        out.write(line + "\n");
        out.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private JsonNode next(Predicate<ObjectNode> wanted) {
      try {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          if (JSON.readTree(line) instanceof ObjectNode message) {
            heard.add(message);
            if (wanted.test(message)) {
              return message;
            }
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      throw new AssertionError("the app server has ended; it said\n" + heard);
    }

    @Override
    public void close() {
      end(process);
    }
  }
}
