package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// What no SDK sends: each gets a clear 4xx of its own, or a closed connection where there is no
/// one to tell, and the next request is served as ever.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RawSocketSuite {
  private static final int PATIENCE_MS = 30_000;
  private static final String GOOD =
      "{\"model\":\"m\",\"input\":[{\"type\":\"message\",\"role\":\"user\",\"content\":\""
          + Canaries.TEXT
          + "\"}]}";

  private Deployment deployment;

  abstract Deployment deploy(Path home, String config);

  @BeforeAll
  void start(@TempDir Path home) {
    deployment = deploy(home, "ingress: { bodyIdle: 1s, bodyDeadline: 4s, maxBodyBytes: 8MiB }");
  }

  @AfterAll
  void stop() {
    if (deployment != null) {
      deployment.close();
    }
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("no JSON", json("hello"), 400, "invalid_json"),
        Arguments.of("truncated", json("{\"model\":\"m\",\"input\":["), 400, "truncated_json"),
        Arguments.of("trailing bytes", json(GOOD + " x"), 400, "trailing_bytes"),
        Arguments.of(
            "two inputs", json(GOOD.replace("}]}", "}],\"input\":[]}")), 400, "duplicate_key"),
        Arguments.of(
            "UTF-16", json(GOOD.getBytes(StandardCharsets.UTF_16LE)), 400, "unsupported_charset"),
        Arguments.of(
            "depth bomb",
            json("{\"model\":\"m\",\"input\":[{\"a\":" + "[".repeat(100_000)),
            400,
            "json_too_deep"),
        Arguments.of("no model", json("{\"input\":\"x\"}"), 400, "missing_required_parameter"),
        Arguments.of("no input", json("{\"model\":\"m\"}"), 400, "missing_required_parameter"),
        Arguments.of("an array", json("[]"), 400, "not_an_object"),
        Arguments.of(
            "wrong content type",
            request("Content-Type: text/plain\r\n", GOOD.getBytes(StandardCharsets.UTF_8)),
            415,
            "unsupported_content_type"),
        Arguments.of(
            "unknown content encoding",
            request(
                "Content-Type: application/json\r\nContent-Encoding: br\r\n",
                GOOD.getBytes(StandardCharsets.UTF_8)),
            415,
            "unsupported_content_encoding"),
        Arguments.of(
            "gzip bomb",
            request("Content-Type: application/json\r\nContent-Encoding: gzip\r\n", bomb()),
            400,
            "request_too_large"),
        Arguments.of(
            "too large",
            head("Content-Type: application/json\r\nContent-Length: 9000000\r\n"),
            400,
            "request_too_large"),
        Arguments.of(
            "no such compaction", plain("GET /v1/compactions/cmpn_" + "0".repeat(40)), 404, null),
        Arguments.of("no such path", plain("GET /nothing"), 404, null),
        Arguments.of("wrong method", plain("DELETE /v1/responses/compact"), 405, null));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void shouldRefuseClearly(String name, byte[] request, int status, String code)
      throws IOException {
    // When
    String answer = exchange(request);

    // Then
    assertThat(answer).as(name).startsWith("HTTP/1.1 " + status + " ");
    JsonNode error =
        Client.JSON.readTree(answer.substring(answer.indexOf("\r\n\r\n"))).path("error");
    assertThat(error.path("message").asString()).as(name).isNotEmpty();
    assertThat(error.path("type").asString()).as(name).isNotEmpty();
    if (code != null) {
      assertThat(error.path("code").asString()).as(name).isEqualTo(code);
    }
    assertServesOn();
  }

  static Stream<Arguments> closed() {
    String body = "{\"model\":\"m\",\"input\":[";
    return Stream.of(
        Arguments.of(
            "stalled body",
            head("Content-Type: application/json\r\nContent-Length: 500\r\n"),
            body),
        Arguments.of(
            "unknown transfer encoding",
            head("Content-Type: application/json\r\nTransfer-Encoding: xchunked\r\n"),
            ""),
        Arguments.of(
            "length and chunks",
            head(
                "Content-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
            "0\r\n\r\n"),
        Arguments.of(
            "two lengths",
            head("Content-Type: application/json\r\nContent-Length: 5\r\nContent-Length: 6\r\n"),
            "hello"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("closed")
  void shouldRefuseOrCloseWhenTheFramingIsBad(String name, byte[] head, String rest)
      throws IOException {
    // When
    byte[] sent = concat(head, rest.getBytes(StandardCharsets.UTF_8));
    String answer = exchange(sent);

    // Then
    assertThat(answer)
        .as(name)
        .satisfiesAnyOf(
            text -> assertThat(text).isEmpty(),
            text -> assertThat(text).startsWith("HTTP/1.1 4"),
            text -> assertThat(text).startsWith("HTTP/1.1 501"));
    assertThat(answer).doesNotContain("200 OK");
    assertServesOn();
  }

  @Test
  void shouldGiveUpADrippingBody() throws IOException {
    // Given
    try (Socket socket = open()) {
      socket
          .getOutputStream()
          .write(head("Content-Type: application/json\r\nContent-Length: 5000\r\n"));
      socket.getOutputStream().flush();

      // When
      Thread drip = Thread.ofVirtual().start(() -> drip(socket));
      String answer = read(socket);
      drip.interrupt();

      // Then
      assertThat(answer)
          .satisfiesAnyOf(
              text -> assertThat(text).isEmpty(),
              text -> assertThat(text).startsWith("HTTP/1.1 408"));
    }
    assertServesOn();
  }

  private static void drip(Socket socket) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        socket.getOutputStream().write(' ');
        socket.getOutputStream().flush();
        Thread.sleep(200);
      }
    } catch (IOException | InterruptedException e) {
      // the other side gave up, as it should
    }
  }

  private void assertServesOn() throws IOException {
    String answer = exchange(json(GOOD));
    assertThat(answer).startsWith("HTTP/1.1 200 ").contains("response.compaction");
  }

  private Socket open() throws IOException {
    URI data = deployment.data();
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), data.getPort());
    socket.setSoTimeout(PATIENCE_MS);
    return socket;
  }

  private String exchange(byte[] request) throws IOException {
    try (Socket socket = open()) {
      try {
        socket.getOutputStream().write(request);
        socket.getOutputStream().flush();
      } catch (SocketException e) {
        // refused before it was all sent; what was answered is read below
      }
      return read(socket);
    }
  }

  private static String read(Socket socket) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    try {
      for (int n = socket.getInputStream().read(buffer);
          n >= 0;
          n = socket.getInputStream().read(buffer)) {
        answer.write(buffer, 0, n);
      }
    } catch (SocketException e) {
      // reset: what came before counts
    }
    return answer.toString(StandardCharsets.UTF_8);
  }

  private static byte[] plain(String line) {
    return (line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] head(String headers) {
    return ("POST /v1/responses/compact HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + headers
            + "\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] request(String headers, byte[] body) {
    return concat(head(headers + "Content-Length: " + body.length + "\r\n"), body);
  }

  private static byte[] json(String body) {
    return json(body.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] json(byte[] body) {
    return request("Content-Type: application/json\r\n", body);
  }

  private static byte[] concat(byte[] first, byte[] second) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }

  /// 64 MiB of blanks in about 64 KiB.
  private static byte[] bomb() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      byte[] blanks = " ".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 64; i++) {
        gzip.write(blanks);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
