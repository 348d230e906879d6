package dev.kompakt.workers.upstream;

import static dev.kompakt.workers.upstream.Caller.JSON;
import static dev.kompakt.workers.upstream.Caller.OK;
import static dev.kompakt.workers.upstream.Caller.failed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.Usage;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is made of what a provider responds with, over real sockets.
@Timeout(30)
class ResponsesTest {
  @AutoClose private final Caller caller;

  ResponsesTest(@TempDir Path directory) {
    caller = new Caller(directory);
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
      Upstream both = caller.upstream(provider.base());
      Job job = caller.job(Mode.SUMMARIZE);

      // When
      Reply first = caller.make(both.prepare(job, caller.bounds())).reply();
      Reply second = caller.make(both.prepare(job, caller.bounds())).reply();

      // Then
      assertThat(first).isEqualTo(new Reply.Summary("hi", Usage.NONE));
      assertThat(second).isEqualTo(first);
      assertThat(provider.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\n" + JSON + "Content-Length: 1000\r\n\r\n" + OK,
        "HTTP/1.1 200 OK\r\n" + JSON + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"out",
        "HTTP/1.1 200",
        ""
      })
  void shouldTellACutConnectionFromAnAnswer(String answer) throws Exception {
    try (SocketProvider provider =
        new SocketProvider(
            request -> {
              request.drainBody();
              request.send(answer);
              request.socketClose();
            })) {
      // When
      UpstreamCall.Result result = caller.call(provider.base());

      // Then
      assertThat(result).isEqualTo(failed(Cause.CONNECTION_LOST, true));
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
        UpstreamCall call = caller.prepare(provider.base(), mode);

        // Then
        assertThat(caller.make(call).reply())
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
      UpstreamCall call = caller.prepare(provider.base(), mode);

      // Then
      Reply reply = caller.make(call).reply();
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
      UpstreamCall.Result result = caller.call(provider.base());

      // Then
      assertThat(result.reply()).isEqualTo(Reply.malformed(Fault.REDIRECT));
      assertThat(elsewhere.connections()).isZero();
    }
  }
}
