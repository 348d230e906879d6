package dev.kompakt.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// curl, as docs/clients.md shows it.
record CurlSdk() implements Sdk {
  static CurlSdk installed() {
    Sdk.require("curl");
    return new CurlSdk();
  }

  @Override
  public Answer send(Command command, Ask ask) {
    try {
      Path directory = Files.createTempDirectory("kompakt-curl-");
      Path headers = directory.resolve("headers");
      Path body = directory.resolve("body");
      Path sent = directory.resolve("sent.json");
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "curl",
                  "--silent",
                  "--fail-with-body",
                  "--retry",
                  Integer.toString(ask.retries()),
                  "--max-time",
                  Long.toString(Math.max(1, ask.timeout().toSeconds())),
                  "--dump-header",
                  headers.toString(),
                  "--output",
                  body.toString(),
                  "--header",
                  "Authorization: Bearer " + ask.key()));
      ask.headers().forEach((name, value) -> arguments.addAll(List.of("-H", name + ": " + value)));
      if (command.posts()) {
        Files.writeString(sent, json(command, ask).toString());
        arguments.addAll(
            List.of("--header", "Content-Type: application/json", "--data-binary", "@" + sent));
      }
      arguments.add(ask.base() + (command == Command.POLL ? ask.path() : command.path));
      Process curl = new ProcessBuilder(arguments).start();
      if (!curl.waitFor(2, TimeUnit.MINUTES)) {
        curl.destroyForcibly();
        throw new AssertionError("curl did not end");
      }
      return answer(curl.exitValue(), last(headers), body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode json(Command command, Ask ask) {
    ObjectNode json = JSON.createObjectNode().put("input", ask.input());
    if (!ask.model().isEmpty()) {
      json.put("model", ask.model());
    }
    if (command == Command.STREAM) {
      json.put("stream", true);
    }
    return json;
  }

  private static Answer answer(int exit, List<String> headers, Path body) throws IOException {
    int status = headers.isEmpty() ? 0 : Integer.parseInt(headers.getFirst().substring(9, 12));
    String text = Files.exists(body) ? Files.readString(body) : "";
    if (exit == 0) {
      return Answer.success(status, header(headers, "location"), data(text));
    }
    return Answer.failure(
        "exit " + exit,
        status,
        exit == 22 ? data(text).path("error").path("code").asString("") : "",
        header(headers, "retry-after"));
  }

  /// The JSON, or what the last event is about.
  private static JsonNode data(String text) {
    if (!text.startsWith("event:") && !text.startsWith("data:")) {
      try {
        return JSON.readTree(text);
      } catch (JacksonException e) {
        throw new AssertionError("no JSON: " + text, e);
      }
    }
    return Client.events(text).getLast().path("response");
  }

  /// The headers of the last try.
  private static List<String> last(Path file) throws IOException {
    List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
    int from = 0;
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("HTTP/")) {
        from = i;
      }
    }
    return lines.subList(from, lines.size());
  }

  private static String header(List<String> headers, String name) {
    for (String line : headers) {
      if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return "";
  }

  @Override
  public String errorOf(int status) {
    return "exit 22";
  }

  @Override
  public String broken() {
    return "exit 18";
  }

  /// Of `--max-time`; the page gives none.
  @Override
  public String late() {
    return "exit 28";
  }
}
