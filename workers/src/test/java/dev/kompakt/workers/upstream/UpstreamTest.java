package dev.kompakt.workers.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.Access;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.schemas.record.Outcome.TooLarge.Unit;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.TestConfig;
import dev.kompakt.workers.payload.MemoryPayloads;
import dev.kompakt.workers.payload.Payloads;
import dev.kompakt.workers.stop.AttemptBounds;
import dev.kompakt.workers.stop.StopSignal;
import dev.kompakt.workers.stop.StoppedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Calls over real sockets: deadlines, limits, and what a broken provider does to them.
@Timeout(30)
class UpstreamTest {
  private static final String PATIENT =
      "connectTimeout: 5s, headerTimeout: 20s, idleTimeout: 20s, totalTimeout: 25s,"
          + " maxResponseBytes: 1MiB";
  private static final String OK =
      "{\"output\":[{\"type\":\"compaction\",\"encrypted_content\":\"x\"}]}";
  private static final String JSON = "Content-Type: application/json\r\n";

  @TempDir private Path directory;
  private final MemoryPayloads payloads = new MemoryPayloads();
  private final StopSignal stop = new StopSignal();
  private final Meters meters = new Meters();
  private AutoCloseable upstream = () -> {};

  @AfterEach
  void close() throws Exception {
    upstream.close();
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
      UpstreamCall call = prepare(provider.base(), PATIENT, Mode.NATIVE, payloads);

      // When
      UpstreamCall.Result result = call.make(access(), bounds(), () -> {});

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
      assertThat(meters.scrape())
          .contains("kompakt_upstream_calls_total{account=\"a\",status_class=\"2xx\"} 1.0");
    }
  }

  @Test
  void shouldGiveUpWhenNoHeadersCome() throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.awaitLeft();
            })) {
      // When
      UpstreamCall.Result result =
          call(provider.base(), "headerTimeout: 100ms, idleTimeout: 10s, totalTimeout: 1h");

      // Then
      assertFailed(result, Cause.HEADER_TIMEOUT, true);
      assertThat(provider.events().poll(10, TimeUnit.SECONDS))
          .as("the connection is closed")
          .isEqualTo("done");
    }
  }

  @Test
  void shouldGiveUpWhenTheAnswerFallsSilent() throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.send("HTTP/1.1 200 OK\r\n" + JSON + "Content-Length: 100\r\n\r\n{\"out");
              request.awaitLeft();
            })) {
      // When
      UpstreamCall.Result result =
          call(provider.base(), "headerTimeout: 10s, idleTimeout: 100ms, totalTimeout: 1h");

      // Then
      assertFailed(result, Cause.IDLE_TIMEOUT, true);
      assertThat(provider.events().poll(10, TimeUnit.SECONDS)).isEqualTo("done");
    }
  }

  @Test
  void shouldGiveUpWhenTheAnswerOnlyDrips() throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.send("HTTP/1.1 200 OK\r\n" + JSON + "Content-Length: 100000\r\n\r\n");
              while (true) {
                request.send(" ");
                Thread.sleep(20);
              }
            })) {
      // When
      UpstreamCall.Result result =
          call(provider.base(), "headerTimeout: 10s, idleTimeout: 10s, totalTimeout: 300ms");

      // Then
      assertFailed(result, Cause.TOTAL_TIMEOUT, true);
      assertThat(provider.events().poll(10, TimeUnit.SECONDS))
          .as("the connection is closed")
          .startsWith("failed");
    }
  }

  @Test
  void shouldEndAtTheJobsDeadlineWhateverTheConfigAllows() throws Exception {
    try (SocketProvider provider = new SocketProvider(SocketProvider.Request::awaitLeft)) {
      // Given
      UpstreamCall call = prepare(provider.base(), PATIENT, Mode.NATIVE, payloads);
      InstantSource clock = () -> Jobs.NOW.plusSeconds(900).minusMillis(100);

      // When
      UpstreamCall.Result result =
          call.make(access(), new AttemptBounds(stop, Jobs.NOW.plusSeconds(900), clock), () -> {});

      // Then
      assertFailed(result, Cause.TOTAL_TIMEOUT, true);
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
    UpstreamCall.Result result = call(URI.create("http://127.0.0.1:" + port), PATIENT);

    // Then
    assertFailed(result, Cause.CONNECT_FAILED, false);
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
          call(URI.create("https://localhost:" + provider.getAddress().getPort()), PATIENT);

      // Then
      assertFailed(result, Cause.CONNECT_FAILED, false);
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

  @Test
  void shouldTellACutConnectionFromAnAnswer() throws Exception {
    // Given
    String promised = "HTTP/1.1 200 OK\r\n" + JSON + "Content-Length: 1000\r\n\r\n" + OK;
    String chunked = "HTTP/1.1 200 OK\r\n" + JSON + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"out";

    // Then
    for (String answer : new String[] {promised, chunked, "HTTP/1.1 200", ""}) {
      try (SocketProvider provider =
          new SocketProvider(
              request -> {
                request.drainBody();
                request.send(answer);
                request.socketClose();
              })) {
        assertFailed(call(provider.base(), PATIENT), Cause.CONNECTION_LOST, true);
      }
    }
  }

  @Test
  void shouldReadNoMoreThanMayBeRead() throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.send("HTTP/1.1 200 OK\r\n" + JSON + "Content-Length: 2000000000\r\n\r\n");
              while (true) {
                request.send(" ".repeat(65_536));
              }
            })) {
      // When
      UpstreamCall.Result result = call(provider.base(), PATIENT);

      // Then
      assertThat(result.reply()).isEqualTo(Reply.malformed(Fault.TOO_LONG));
    }
  }

  @Test
  void shouldNotReadAnEndlessErrorToItsEnd() throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.send("HTTP/1.1 503 X\r\nRetry-After: 9\r\n\r\n");
              while (true) {
                request.send(" ".repeat(65_536));
              }
            })) {
      // When
      UpstreamCall.Result result = call(provider.base(), PATIENT);

      // Then
      assertThat(result.reply())
          .isEqualTo(
              new Reply.Failed(
                  new Outcome.Transient(Cause.OVERLOADED, 503, Duration.ofSeconds(9))));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"NATIVE", "TRIGGER", "SUMMARIZE"})
  void shouldTakeNoPageForAResult(Mode mode) throws Exception {
    for (String type :
        new String[] {
          "Content-Type: text/html\r\n",
          "Content-Type: text/plain\r\n",
          "",
          JSON + "Content-Encoding: gzip\r\n"
        }) {
      try (SocketProvider provider =
          new SocketProvider(
              request -> {
                request.drainBody();
                request.respond(200, type, OK);
              })) {
        // When
        UpstreamCall call = prepare(provider.base(), PATIENT, mode, payloads);

        // Then
        assertThat(call.make(access(), bounds(), () -> {}).reply())
            .as("%s", type)
            .isEqualTo(Reply.malformed(Fault.WRONG_CONTENT_TYPE));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          NATIVE    | 404 | <html>404 page not found</html>                                  | true
          NATIVE    | 405 | {"detail":"Method Not Allowed"}                                  | true
          NATIVE    | 404 | {"error":{"message":"Invalid URL","code":"unknown_url"}}         | true
          NATIVE    | 404 | {"error":{"message":"No such model","code":"model_not_found"}}   | false
          NATIVE    | 404 | {"message":"The model `x` does not exist.","code":404}           | false
          NATIVE    | 404 | {"error":{"message":"Not found","param":"previous_response_id"}} | false
          NATIVE    | 400 | {"error":{"message":"Invalid URL","code":"unknown_url"}}         | false
          TRIGGER   | 404 | <html>404 page not found</html>                                  | false
          SUMMARIZE | 404 | <html>404 page not found</html>                                  | false
          """)
  void shouldTellAMissingEndpointFromAMissingThing(
      Mode mode, int status, String body, boolean missing) throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.respond(status, JSON, body);
            })) {
      // When
      UpstreamCall call = prepare(provider.base(), PATIENT, mode, payloads);

      // Then
      Reply reply = call.make(access(), bounds(), () -> {}).reply();
      assertThat(reply).isInstanceOf(Reply.Failed.class);
      if (missing) {
        assertThat(reply).isEqualTo(new Reply.Failed(new Outcome.Unsupported(status)));
      } else {
        assertThat(reply)
            .extracting(failed -> ((Reply.Failed) failed).outcome())
            .isInstanceOf(Outcome.Rejected.class);
      }
    }
  }

  @Test
  void shouldNotFollowARedirect() throws Exception {
    try (SocketProvider elsewhere = new SocketProvider(request -> request.respond(200, JSON, OK));
        SocketProvider provider =
            new SocketProvider(
                request -> {
                  request.drainBody();
                  request.respond(307, "Location: " + elsewhere.base() + "\r\n", "");
                })) {
      // When
      UpstreamCall.Result result = call(provider.base(), PATIENT);

      // Then
      assertThat(result.reply()).isEqualTo(Reply.malformed(Fault.REDIRECT));
      assertThat(elsewhere.connections()).isZero();
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
      UpstreamCall call = prepare(provider.base(), PATIENT, Mode.NATIVE, new Endless(8 << 20));

      // Then
      assertThat(call.make(access(), bounds(), () -> {}).reply())
          .isEqualTo(new Reply.Failed(new Outcome.TooLarge(Unit.BYTES, call.wireBytes(), null)));
    }
  }

  @Test
  void shouldSendAHistoryOfManyMegabytesByteForByte() throws Exception {
    // Given
    Endless history = new Endless(64 << 20);
    CRC32 expected = new CRC32();
    long[] got = new long[2];
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              got[0] = request.drainBody();
              got[1] = request.crc();
              request.respond(200, JSON, OK);
            })) {
      UpstreamCall call = prepare(provider.base(), PATIENT, Mode.NATIVE, history);

      // When
      UpstreamCall.Result result = call.make(access(), bounds(), () -> {});

      // Then
      assertThat(result.reply()).isInstanceOf(Reply.Answer.class);
      expected.update("{\"model\":\"gpt-5.5\",\"input\":[".getBytes(StandardCharsets.UTF_8));
      history.update(expected);
      expected.update("]}".getBytes(StandardCharsets.UTF_8));
      assertThat(got).containsExactly(call.wireBytes(), expected.getValue());
    }
  }

  @Test
  void shouldLeaveAtOnceWhenStoppedBeforeTheHeaders() throws Exception {
    shouldLeaveWhenStopped("");
  }

  @Test
  void shouldLeaveAtOnceWhenStoppedWithinTheAnswer() throws Exception {
    shouldLeaveWhenStopped("HTTP/1.1 200 OK\r\n" + JSON + "Content-Length: 100\r\n\r\n{");
  }

  private void shouldLeaveWhenStopped(String begun) throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.send(begun);
              stop.stop(StopSignal.Reason.COMPACTION_ENDED);
              request.awaitLeft();
            })) {
      UpstreamCall call = prepare(provider.base(), PATIENT, Mode.NATIVE, payloads);

      // Then
      assertThatThrownBy(() -> call.make(access(), bounds(), () -> {}))
          .isInstanceOf(StoppedException.class);
      assertThat(provider.events().poll(10, TimeUnit.SECONDS))
          .as("the connection is closed")
          .isEqualTo("done");
    }
  }

  @Test
  void shouldReadAStreamToItsEndAndUseTheConnectionAgain() throws Exception {
    // Given
    String events =
        """
        data: {"type":"response.output_text.delta","delta":"hi"}

        data: {"type":"response.completed","response":{"id":"r"}}

        data: [DONE]

        """;
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.respond(200, "Content-Type: text/event-stream\r\n", events);
            })) {
      Upstream both = upstream(provider.base(), PATIENT, payloads);
      Job job = job(Mode.SUMMARIZE, payloads);

      // When
      Reply first = both.prepare(job, bounds()).make(access(), bounds(), () -> {}).reply();
      Reply second = both.prepare(job, bounds()).make(access(), bounds(), () -> {}).reply();

      // Then
      assertThat(first).isEqualTo(new Reply.Summary("hi", Usage.NONE));
      assertThat(second).isEqualTo(first);
      assertThat(provider.connections()).isEqualTo(1);
    }
  }

  @Test
  void shouldNotBlameTheProviderWhenTheHistoryCannotBeRead() throws Exception {
    try (SocketProvider provider = new SocketProvider(SocketProvider.Request::awaitLeft)) {
      UpstreamCall call = prepare(provider.base(), PATIENT, Mode.NATIVE, payloads);

      // When
      payloads.troubleReads(new IOException("no broker"));
      UpstreamCall.Result result = call.make(access(), bounds(), () -> {});
      payloads.troubleReads(null);
      payloads.failReads(new IllegalStateException("lost"));

      // Then
      assertFailed(result, Cause.WORKER_FAULT, true);
      assertThatThrownBy(() -> call.make(access(), bounds(), () -> {})).hasMessage("lost");
    }
  }

  private Access.Granted access() throws Exception {
    KompaktConfig config = TestConfig.of(directory, URI.create("http://x"), PATIENT);
    return (Access.Granted) Credentials.ofKeys(config).access(config.accounts().getFirst().id());
  }

  private UpstreamCall.Result call(URI base, String limits) throws Exception {
    return prepare(base, limits, Mode.NATIVE, payloads).make(access(), bounds(), () -> {});
  }

  private UpstreamCall prepare(URI base, String limits, Mode mode, Payloads from) throws Exception {
    return upstream(base, limits, from).prepare(job(mode, from), bounds());
  }

  private Upstream upstream(URI base, String limits, Payloads from) throws Exception {
    upstream.close();
    Upstream made = Upstream.create(TestConfig.of(directory, base, limits), from, meters);
    upstream = made;
    return made;
  }

  private Job job(Mode mode, Payloads from) {
    PayloadRef items;
    PayloadRef envelope;
    if (from instanceof Endless endless) {
      items = endless.ref();
      envelope = endless.envelope();
    } else {
      items = payloads.put("{\"n\":1}");
      envelope =
          payloads.put("{\"model\":\"m\",\"reasoning\":{\"effort\":\"low\"},\"stream\":true}");
    }
    return Jobs.of(1, "a", mode, envelope, Jobs.whole(items, Checkpoint.SEALED));
  }

  private AttemptBounds bounds() {
    return new AttemptBounds(stop, Jobs.NOW.plusSeconds(900), () -> Jobs.NOW);
  }

  private static void assertFailed(UpstreamCall.Result result, Cause cause, boolean reached) {
    assertThat(result)
        .isEqualTo(
            new UpstreamCall.Result(
                reached, new Reply.Failed(new Outcome.Transient(cause, null, null)), null));
  }

  /// A history of any size that is in no memory, and an envelope of two bytes.
  private static final class Endless implements Payloads {
    private final PayloadRef ref;
    private final PayloadRef envelope;

    Endless(int bytes) {
      int segments = (bytes + PayloadRef.SEGMENT_BYTES - 1) / PayloadRef.SEGMENT_BYTES;
      ref = new PayloadRef(PayloadId.random(), 0, Collections.nCopies(segments, 0L), bytes);
      envelope = new PayloadRef(PayloadId.random(), 0, Collections.nCopies(1, 0L), 2);
    }

    PayloadRef ref() {
      return ref;
    }

    PayloadRef envelope() {
      return envelope;
    }

    void update(CRC32 crc) throws IOException {
      try (InputStream in = open(ref, ref.whole())) {
        byte[] block = new byte[65_536];
        for (int n = in.read(block); n >= 0; n = in.read(block)) {
          crc.update(block, 0, n);
        }
      }
    }

    @Override
    public InputStream open(PayloadRef asked, ByteRange range) {
      if (asked.equals(envelope)) {
        return new ByteArrayInputStream("{}".getBytes(StandardCharsets.UTF_8));
      }
      return new InputStream() {
        private long at = range.offset();

        @Override
        public int read() {
          throw new AssertionError("reads single bytes");
        }

        @Override
        public int read(byte[] into, int offset, int length) {
          if (at == range.end()) {
            return -1;
          }
          int n = (int) Math.min(length, range.end() - at);
          for (int i = 0; i < n; i++) {
            into[offset + i] = (byte) (((at + i) * 31) >> 3);
          }
          at += n;
          return n;
        }
      };
    }

    @Override
    public Draft create() {
      throw new AssertionError("stores nothing");
    }
  }
}
