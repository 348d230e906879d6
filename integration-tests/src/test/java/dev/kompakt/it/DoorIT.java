package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.standalone.cli.CommandLineInterface;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// Who may come in, asked of a running Kompakt: first without client keys, then with them.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DoorIT {
  private static final String REQUEST =
      "{\"model\":\"m\",\"input\":[{\"type\":\"message\",\"role\":\"user\",\"content\":\""
          + Canaries.TEXT
          + "\"}]}";
  private static final String UNKNOWN = "/v1/compactions/cmpn_" + "0".repeat(40);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Path home = Path.of("");
  private Deployment deployment;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    home = directory;
    Path key = Files.writeString(directory.resolve("admin.key"), Canaries.SECRET + "\n");
    deployment =
        Deployment.inOneJvm(
            directory,
            "admin: { key: \"file:" + key + "\" }\ningress: { maxRequests: 1, bodyIdle: 20s }\n");
  }

  @AfterAll
  void stop() {
    http.close();
    if (deployment != null) {
      deployment.close();
    }
  }

  @Test
  @Order(1)
  void shouldAskOperatorsForTheAdminKeyAndProbesForNone() throws Exception {
    for (String path : new String[] {"/metrics", "/admin/v1/compactions"}) {
      assertThat(status(deployment.admin(), path, null)).as(path).isEqualTo(401);
      assertThat(status(deployment.admin(), path, Canaries.SECRET)).as(path).isEqualTo(200);
    }
    assertThat(status(deployment.admin(), "/livez", null)).isEqualTo(200);
    assertThat(status(deployment.admin(), "/readyz", null)).isEqualTo(200);
  }

  @Test
  @Order(2)
  void shouldAnswerProbesAndQueriesWhenAllWorkIsTaken() throws Exception {
    // Given
    try (Socket reading =
        new Socket(InetAddress.getLoopbackAddress(), deployment.data().getPort())) {
      reading
          .getOutputStream()
          .write(
              ("POST /v1/responses/compact HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n"
                      + "Content-Type: application/json\r\n\r\n{")
                  .getBytes(StandardCharsets.US_ASCII));

      // When
      soon(() -> compact(null) == 429);

      // Then
      assertThat(status(deployment.data(), UNKNOWN, null)).isEqualTo(404);
      assertThat(status(deployment.admin(), "/livez", null)).isEqualTo(200);
      assertThat(status(deployment.admin(), "/readyz", null)).isEqualTo(200);
    }
    soon(() -> compact(null) == 200);
  }

  @Test
  @Order(3)
  void shouldFollowTheClientsFileWithoutARestart() throws Exception {
    // Given
    assertThat(status(deployment.data(), UNKNOWN, null)).isEqualTo(404);

    // When
    String key = kompakt("key", "create", "--id", "alice");

    // Then
    soon(() -> status(deployment.data(), UNKNOWN, null) == 401);
    assertThat(compact(key)).isEqualTo(200);

    // When
    kompakt("key", "revoke", key.substring("kmpk_".length(), "kmpk_".length() + 12));

    // Then
    soon(() -> compact(key) == 401);
    assertThat(compact(null)).isEqualTo(401);
  }

  private String kompakt(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] all = Arrays.copyOf(arguments, arguments.length + 4);
    all[arguments.length] = "--config";
    all[arguments.length + 1] = "/dev/null";
    all[arguments.length + 2] = "--set";
    all[arguments.length + 3] = "clientsFile=" + home.resolve("clients.yaml");
    int exit =
        CommandLineInterface.run(
            all,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(exit).as(err.toString(StandardCharsets.UTF_8)).isZero();
    return out.toString(StandardCharsets.UTF_8).strip();
  }

  private int compact(@Nullable String key) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(deployment.data().resolve("/v1/responses/compact"))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(REQUEST));
    return send(request, key);
  }

  private int status(URI base, String path, @Nullable String key)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(base.resolve(path)), key);
  }

  private int send(HttpRequest.Builder request, @Nullable String key)
      throws IOException, InterruptedException {
    if (key != null) {
      request.header("authorization", "Bearer " + key);
    }
    return http.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString())
        .statusCode();
  }

  private static void soon(Callable<Boolean> condition) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(10))
        .until(condition);
  }
}
