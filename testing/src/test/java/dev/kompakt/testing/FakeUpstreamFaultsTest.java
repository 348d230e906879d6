package dev.kompakt.testing;

import static dev.kompakt.testing.Asker.MAPPER;
import static dev.kompakt.testing.Asker.SOON;
import static dev.kompakt.testing.Asker.SUMMARY;
import static dev.kompakt.testing.Asker.TRIGGER;
import static dev.kompakt.testing.Asker.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.testing.FakeUpstream.Options;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// What a fake upstream does wrong when it is told to.
@Timeout(60)
class FakeUpstreamFaultsTest {
  @AutoClose private final Asker asker = new Asker(FakeUpstream.start());
  private final FakeUpstream upstream = asker.upstream;

  @Test
  void shouldRefuseUnreadWhenToldTo() throws Exception {
    // Given
    try (FakeUpstream hasty =
            FakeUpstream.start(new Options(0, true, 1000, true)).capBytes(10_000);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), hasty.port())) {
      // When
      socket
          .getOutputStream()
          .write(
              "POST /v1/responses HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n{"
                  .getBytes(StandardCharsets.US_ASCII));
      byte[] line = socket.getInputStream().readNBytes(12);

      // Then
      assertThat(new String(line, 9, 3, StandardCharsets.US_ASCII)).isEqualTo("413");
      assertThat(hasty.calls().getFirst().received()).isFalse();
    }
  }

  @Test
  void shouldNotBeAnAcceptedCallWhenTheAnswerIsMangled() throws Exception {
    // Given
    upstream.then(
        Reply.garbage(),
        Reply.html(),
        Reply.errorUnder200(),
        Reply.wrong(Reply.Twist.WRONG_CONTENT_TYPE),
        Reply.truncated());

    // When
    List<HttpResponse<String>> answers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      answers.add(asker.compact(Histories.small(1)));
    }

    // Then
    assertThat(answers).allMatch(answer -> answer.statusCode() == 200);
    assertThat(answers.get(1).headers().firstValue("content-type")).contains("text/html");
    assertThat(answers.get(3).headers().firstValue("content-type")).contains("text/plain");
    assertThatThrownBy(() -> MAPPER.readTree(answers.get(0).body())).isNotNull();
    assertThatThrownBy(() -> MAPPER.readTree(answers.get(4).body())).isNotNull();
    assertThat(upstream.accepted()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Reply.Twist.class)
  void shouldTwistEveryAnswerWhenToldTo(Reply.Twist twist) throws Exception {
    // Given
    upstream.answering(call -> Reply.wrong(twist));

    // When
    String compacted = asker.compact(Histories.small(1)).body();
    String triggered = asker.post("/responses", TRIGGER).body();
    String summary = asker.post("/responses", SUMMARY).body();

    // Then
    switch (twist) {
      case EMPTY_SUMMARY ->
          assertThat(List.of(compacted, triggered, summary))
              .allMatch(
                  text ->
                      text.contains("\"encrypted_content\":\"\"")
                          || text.contains("\"text\":\"\""));
      case TWO_COMPACTION_ITEMS ->
          assertThat(List.of(compacted, triggered))
              .allMatch(text -> text.split("\"encrypted_content\"", -1).length >= 3);
      case NO_COMPACTION_ITEM ->
          assertThat(List.of(compacted, triggered))
              .noneMatch(text -> text.contains("encrypted_content"));
      case INCOMPLETE -> assertThat(summary).contains("event: response.incomplete");
      case REFUSAL -> assertThat(summary).contains("\"refusal\"").doesNotContain("output_text");
      case NEVER_COMPLETED ->
          assertThat(List.of(triggered, summary))
              .noneMatch(text -> text.contains("response.completed"));
      case WRONG_CONTENT_TYPE -> assertThat(compacted).contains("encrypted_content");
      case NO_OUTPUT -> assertThat(compacted).doesNotContain("\"output\"");
    }
  }

  @Test
  void shouldBreakTheConnectionWhenToldTo() {
    // Given
    List<Reply> broken =
        List.of(
            Reply.cut(20),
            Reply.cut(-1),
            Reply.reset(20),
            Reply.closedBeforeHeaders(),
            Reply.resetBeforeHeaders());
    for (Reply reply : broken) {
      upstream.answering(call -> reply);

      // When, Then
      assertThatThrownBy(() -> asker.post("/responses", TRIGGER))
          .as("%s", reply)
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(HttpTimeoutException.class);
    }
    assertThat(upstream.accepted()).isEmpty();
  }

  @Test
  void shouldKeepSilentUntilTheClientLeaves() throws Exception {
    for (Reply reply : List.of(Reply.neverAnswered(), Reply.silentAfterHeaders())) {
      // Given
      upstream.reset();
      upstream.then(reply);

      // When
      StringBuilder answer = new StringBuilder();
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), upstream.port())) {
        socket
            .getOutputStream()
            .write(
                ("POST /v1/responses HTTP/1.1\r\ncontent-length: " + TRIGGER.length() + "\r\n\r\n")
                    .concat(TRIGGER)
                    .getBytes(StandardCharsets.US_ASCII));
        socket.setSoTimeout(200);
        int c = socket.getInputStream().read();
        while (c >= 0) {
          answer.append((char) c);
          c = socket.getInputStream().read();
        }
        answer.append("closed");
      } catch (SocketTimeoutException e) {
        answer.append("silence");
      }

      // Then
      assertThat(answer.toString()).endsWith("silence");
      assertThat(answer.length())
          .isEqualTo(answer.indexOf("\r\n\r\n") < 0 ? 7 : answer.indexOf("\r\n\r\n") + 11);
      Call call = upstream.awaitEnded(1, SOON).getFirst();
      assertThat(call.accepted()).isFalse();
    }
  }

  @Test
  void shouldNoticeAClientThatLeavesWhileItsAnswerIsHeld() throws Exception {
    // Given
    CountDownLatch held = new CountDownLatch(1);
    upstream.answering(_ -> Reply.success().after(held));
    CompletableFuture<HttpResponse<String>> stays =
        asker.client.sendAsync(
            asker.request("/responses/compact", Histories.small(1).toBytes()),
            BodyHandlers.ofString());
    upstream.awaitCalls(1, SOON);

    // When
    try (Socket leaves = new Socket(InetAddress.getLoopbackAddress(), upstream.port())) {
      leaves
          .getOutputStream()
          .write(
              ("POST /v1/responses HTTP/1.1\r\ncontent-length: " + TRIGGER.length() + "\r\n\r\n")
                  .concat(TRIGGER)
                  .getBytes(StandardCharsets.US_ASCII));
      upstream.awaitCalls(2, SOON);
    }

    // Then
    List<Call> calls = upstream.awaitEnded(1, SOON);
    assertThat(calls.getLast().ended())
        .hasValueSatisfying(end -> assertThat(end.status()).isZero());
    assertThat(calls.getFirst().ended()).isEmpty();

    // When
    held.countDown();

    // Then
    assertThat(stays.get(SOON.toSeconds(), TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  @Test
  void shouldDripTheWholeAnswer() throws Exception {
    // Given
    upstream.then(
        Reply.success().over(new Reply.Delivery.Drip(200, Duration.ofMillis(1))),
        Reply.success().after(Duration.ofMillis(5)));

    // When
    List<JsonNode> dripped = events(asker.post("/responses", TRIGGER));
    List<JsonNode> delayed = events(asker.post("/responses", TRIGGER));

    // Then
    assertThat(dripped).hasSameSizeAs(delayed);
  }

  @Test
  void shouldSendAHugeAnswerWithoutHoldingIt() throws Exception {
    // Given
    upstream.then(Reply.huge(50_000_000));

    // When
    HttpResponse<InputStream> answer =
        asker.client.send(
            asker.request("/responses/compact", Histories.small(1).toBytes()),
            BodyHandlers.ofInputStream());
    long bytes;
    try (InputStream body = answer.body()) {
      bytes = body.skip(Long.MAX_VALUE);
    }

    // Then
    assertThat(bytes).isGreaterThan(50_000_000);
  }
}
