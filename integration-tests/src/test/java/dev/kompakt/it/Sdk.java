package dev.kompakt.it;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.clients.Npm;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A client of the API as its users have it: it is given an address and a key, and nothing else of
/// it is touched.
interface Sdk {
  JsonMapper JSON = new JsonMapper();
  String KEY = Canaries.SECRET;

  /// The clients there are.
  enum Kind {
    NODE_7,
    NODE_6,
    JAVA,
    CURL;

    /// The client itself.
    ///
    /// @throws org.opentest4j.TestAbortedException if it cannot be had here
    Sdk open() {
      try {
        return switch (this) {
          case NODE_7 -> NodeSdk.current();
          case NODE_6 -> NodeSdk.old();
          case JAVA -> new JavaSdk();
          case CURL -> CurlSdk.installed();
        };
      } catch (Npm.UnavailableException e) {
        System.out.println("skipped: " + this + ": " + e);
        return abort(e.toString());
      }
    }
  }

  /// What is asked for.
  enum Command {
    COMPACT("/responses/compact"),
    /// Where an asynchronous compaction stands.
    POLL(""),
    CREATE("/responses"),
    STREAM("/responses"),
    /// A response nobody keeps.
    RETRIEVE("/responses/resp_unknown"),
    MODELS("/models");

    final String path;

    Command(String path) {
      this.path = path;
    }

    boolean posts() {
      return switch (this) {
        case COMPACT, CREATE, STREAM -> true;
        case POLL, RETRIEVE, MODELS -> false;
      };
    }
  }

  /// How a client is set up and what it sends.
  ///
  /// @param base what a user gives as base URL
  /// @param model empty to leave it out
  /// @param path where [Command#POLL] looks, below the base
  record Ask(
      URI base,
      String key,
      int retries,
      Duration timeout,
      Map<String, String> headers,
      String model,
      String input,
      String path) {
    static Ask of(URI data, String input) {
      return new Ask(
          data.resolve("/v1"),
          KEY,
          2,
          Duration.ofMinutes(2),
          Map.of(),
          "gpt-5.5",
          Canaries.TEXT + " " + input,
          "");
    }

    Ask withKey(String other) {
      return new Ask(base, other, retries, timeout, headers, model, input, path);
    }

    Ask withRetries(int times, Duration each) {
      return new Ask(base, key, times, each, headers, model, input, path);
    }

    Ask withHeader(String name, String value) {
      return new Ask(base, key, retries, timeout, Map.of(name, value), model, input, path);
    }

    Ask withModel(String other) {
      return new Ask(base, key, retries, timeout, headers, other, input, path);
    }

    Ask withInput(String other) {
      return new Ask(base, key, retries, timeout, headers, model, other, path);
    }

    Ask at(String location) {
      return new Ask(base, key, retries, timeout, headers, model, input, location);
    }
  }

  /// What the client made of the answer.
  ///
  /// @param error what it threw, or its exit code; null if it reported success
  /// @param status of the answer, 0 if it does not tell
  /// @param code of the error, empty without one
  /// @param retryAfter the header, empty without it
  /// @param location the header, empty without it
  /// @param data what it returned
  record Answer(
      @Nullable String error,
      int status,
      String code,
      String retryAfter,
      String location,
      JsonNode data) {
    static Answer success(int status, String location, JsonNode data) {
      return new Answer(null, status, "", "", location, data);
    }

    static Answer failure(String error, int status, String code, String retryAfter) {
      return new Answer(error, status, code, retryAfter, "", JSON.missingNode());
    }
  }

  /// Skips the test where there is no such program.
  static void require(String program) {
    try {
      new ProcessBuilder(program, "--version")
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      System.out.println("skipped: " + e);
      abort(e.toString());
    }
  }

  Answer send(Command command, Ask ask);

  /// What it calls an answer of this status.
  String errorOf(int status);

  /// What it calls an answer that breaks off.
  String broken();

  /// What it calls an answer that has begun but is not whole when its deadline passes; null if
  /// keepalives extend that.
  @Nullable String late();
}
