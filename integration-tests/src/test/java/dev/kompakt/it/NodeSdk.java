package dev.kompakt.it;

import dev.kompakt.testing.clients.Npm;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The npm package `openai`, of one version, in a Node of its own for each request.
record NodeSdk(String node, Path installed) implements Sdk {
  static final String CURRENT = "7.55.0";
  static final String OLD = "6.49.0";

  /// What the current one asks for at least is 22.
  static final String NODE = "22.23.3";

  private static final Duration LONGEST = Duration.ofMinutes(2);

  static NodeSdk current() throws Npm.UnavailableException {
    Path node = Npm.install("node", NODE).resolve("node_modules/.bin/node");
    return new NodeSdk(node.toString(), Npm.install("openai", CURRENT));
  }

  /// With the Node of this machine.
  static NodeSdk old() throws Npm.UnavailableException {
    Sdk.require("node");
    return new NodeSdk("node", Npm.install("openai", OLD));
  }

  @Override
  public Answer send(Command command, Ask ask) {
    ObjectNode asked =
        JSON.createObjectNode()
            .put("base", ask.base().toString())
            .put("key", ask.key())
            .put("retries", ask.retries())
            .put("timeout", ask.timeout().toMillis())
            .put("input", ask.input())
            .put("path", ask.path());
    if (!ask.model().isEmpty()) {
      asked.put("model", ask.model());
    }
    ObjectNode headers = asked.putObject("headers");
    ask.headers().forEach(headers::put);
    JsonNode said = run(command, asked);
    if (said.has("error")) {
      return Answer.failure(
          said.path("error").asString(),
          said.path("status").asInt(0),
          said.path("code").asString(""),
          said.path("retryAfter").asString(""));
    }
    return Answer.success(
        said.path("status").asInt(0), said.path("location").asString(""), said.path("data"));
  }

  private JsonNode run(Command command, ObjectNode asked) {
    try {
      URL script = Objects.requireNonNull(NodeSdk.class.getResource("/clients/sdk.cjs"));
      Path errors = Files.createTempFile("kompakt-node-", ".txt");
      Process process =
          new ProcessBuilder(
                  List.of(
                      node,
                      Path.of(script.toURI()).toString(),
                      installed.toString(),
                      command.name().toLowerCase(Locale.ROOT)))
              .redirectError(errors.toFile())
              .start();
      // Only the one that is late is destroyed: that closes its output, which is still to be read.
      var _ =
          process
              .onExit()
              .orTimeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
              .exceptionally(_ -> process.destroyForcibly());
      try (OutputStream in = process.getOutputStream()) {
        in.write(asked.toString().getBytes(StandardCharsets.UTF_8));
      }
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      String complaints = Files.readString(errors);
      Files.delete(errors);
      if (said.isEmpty()) {
        throw new AssertionError("node said nothing but: " + complaints);
      }
      return JSON.readTree(said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String errorOf(int status) {
    return switch (status) {
      case 400 -> "BadRequestError";
      case 401 -> "AuthenticationError";
      case 403 -> "PermissionDeniedError";
      case 404 -> "NotFoundError";
      case 422 -> "UnprocessableEntityError";
      case 429 -> "RateLimitError";
      default -> "InternalServerError";
    };
  }

  @Override
  public String broken() {
    return "TypeError";
  }

  @Override
  public @Nullable String late() {
    return installed.endsWith("openai@" + OLD) ? null : "APIConnectionTimeoutError";
  }
}
