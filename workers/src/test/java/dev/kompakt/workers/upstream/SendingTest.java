package dev.kompakt.workers.upstream;

import static dev.kompakt.workers.upstream.Caller.JSON;
import static dev.kompakt.workers.upstream.Caller.OK;
import static dev.kompakt.workers.upstream.Caller.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.TooLarge.Unit;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.workers.TestConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a call sends, and to whom it sends nothing, over real sockets.
@Timeout(30)
class SendingTest {
  private final Path directory;
  @AutoClose private final Caller caller;

  SendingTest(@TempDir Path directory) {
    this.directory = directory;
    caller = new Caller(directory);
  }

  @Test
  void shouldSendExactlyWhatWasSizedAndHandBackTheAnswer() throws Exception {
    // Given
    StringBuilder head = new StringBuilder();
    StringBuilder body = new StringBuilder();
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              head.append(request.head());
              body.append(request.readBody());
              request.respond(200, JSON, OK);
            })) {
      UpstreamCall call = caller.prepare(provider.base());

      // When
      UpstreamCall.Result result = caller.make(call);

      // Then
      assertThat(result.reached()).isTrue();
      assertThat(result.reply()).isInstanceOf(Reply.Answer.class);
      assertThat(body.toString())
          .isEqualTo(
              "{\"model\":\"gpt-5.5\",\"reasoning\":{\"effort\":\"low\"},\"input\":[{\"n\":1}]}")
          .hasSize((int) call.wireBytes());
      assertThat(head.toString().toLowerCase(Locale.ROOT))
          .startsWith("post /v1/responses/compact http/1.1")
          .contains("\r\nauthorization: bearer " + TestConfig.SECRET + "\r\n")
          .contains("\r\ncontent-length: " + call.wireBytes() + "\r\n")
          .contains("\r\ncontent-type: application/json\r\n")
          .contains("\r\nuser-agent: kompakt\r\n")
          .doesNotContain("transfer-encoding")
          .doesNotContain("accept-encoding");
      assertThat(caller.meters.scrape())
          .contains("kompakt_upstream_calls_total{account=\"a\",status_class=\"2xx\"} 1.0");
    }
  }

  @Test
  void shouldSendAHistoryOfManyMegabytesByteForByte() throws Exception {
    // Given
    LongHistory history = new LongHistory(64 << 20);
    CRC32 expected = new CRC32();
    long[] got = new long[2];
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              got[0] = request.drainBody();
              got[1] = request.crc();
              request.respond(200, JSON, OK);
            })) {
      UpstreamCall call = caller.prepare(provider.base(), history);

      // When
      UpstreamCall.Result result = caller.make(call);

      // Then
      assertThat(result.reply()).isInstanceOf(Reply.Answer.class);
      expected.update("{\"model\":\"gpt-5.5\",\"input\":[".getBytes(StandardCharsets.UTF_8));
      history.update(expected);
      expected.update("]}".getBytes(StandardCharsets.UTF_8));
      assertThat(got).containsExactly(call.wireBytes(), expected.getValue());
    }
  }

  @Test
  void shouldNotBlameTheProviderWhenTheHistoryCannotBeRead() throws Exception {
    try (SocketProvider provider = new SocketProvider(SocketProvider.Request::awaitLeft)) {
      UpstreamCall call = caller.prepare(provider.base());

      // When
      caller.payloads.troubleReads(new IOException("no broker"));
      UpstreamCall.Result result = caller.make(call);
      caller.payloads.troubleReads(null);
      caller.payloads.failReads(new IllegalStateException("lost"));

      // Then
      assertThat(result).isEqualTo(failed(Cause.WORKER_FAULT, true));
      assertThatThrownBy(() -> caller.make(call)).hasMessage("lost");
    }
  }

  @Test
  void shouldHearARefusalGivenBeforeTheBodyWasRead() throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.respond(413, "Connection: close\r\n", "too big");
              request.awaitLeft();
            })) {
      // When
      UpstreamCall call = caller.prepare(provider.base(), new LongHistory(8 << 20));

      // Then
      assertThat(caller.make(call).reply())
          .isEqualTo(new Reply.Failed(new Outcome.TooLarge(Unit.BYTES, call.wireBytes(), null)));
    }
  }

  @Test
  void shouldSayThatNothingWasReachedWhenTheConnectionIsRefused() throws Exception {
    // Given
    int port;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }

    // When
    UpstreamCall.Result result = caller.call(URI.create("http://127.0.0.1:" + port));

    // Then
    assertThat(result).isEqualTo(failed(Cause.CONNECT_FAILED, false));
  }

  @Test
  void shouldSendNothingWhenTheCertificateIsNotTrusted() throws Exception {
    // Given
    AtomicInteger requests = new AtomicInteger();
    HttpsServer provider =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    provider.setHttpsConfigurator(new HttpsConfigurator(selfSigned()));
    provider.createContext("/", _ -> requests.incrementAndGet());
    provider.start();
    try {
      // When
      UpstreamCall.Result result =
          caller.call(URI.create("https://localhost:" + provider.getAddress().getPort()));

      // Then
      assertThat(result).isEqualTo(failed(Cause.CONNECT_FAILED, false));
      assertThat(requests).hasValue(0);
    } finally {
      provider.stop(0);
    }
  }

  private SSLContext selfSigned() throws Exception {
    Path store = directory.resolve("self-signed.p12");
    String password = "changeit";
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-keystore",
                store.toString(),
                "-storepass",
                password)
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(KeyStore.getInstance(store.toFile(), password.toCharArray()), password.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}
