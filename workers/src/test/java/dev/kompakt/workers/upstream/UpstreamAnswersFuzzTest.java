package dev.kompakt.workers.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.stop.StopSignal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Answers of providers are anything at all: they are understood, or called malformed.
class UpstreamAnswersFuzzTest {
  private static final int MOST = 1 << 20;
  private static final Classification FAILURES =
      new Classification(4_000, _ -> Optional.empty(), Jobs.NOW, () -> {});

  /// Knows no bounds, for it judges grammar only.
  private static final JsonMapper ORACLE =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(MOST)
                      .maxNumberLength(MOST)
                      .build())
              .build());

  @FuzzTest
  void shouldReadAnyStreamOfEvents(byte[] stream) throws IOException {
    List<String> events = events(new ByteArrayInputStream(stream));
    assertThat(events.stream().mapToInt(String::length).sum()).isLessThanOrEqualTo(stream.length);
  }

  @FuzzTest
  void shouldReadTheSameHoweverItIsCut(FuzzedDataProvider data) throws IOException {
    boolean whole = data.consumeBoolean();
    byte[] cuts = data.consumeBytes(64);
    byte[] sent = data.consumeRemainingAsBytes();

    try (ResponseStream stream = cut(sent, cuts, whole)) {
      if (whole) {
        assertThat(events(stream)).isEqualTo(events(new ByteArrayInputStream(sent)));
      }
    }
    try (ResponseStream stream = cut(sent, cuts, whole)) {
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      if (whole) {
        stream.transferTo(read);
      } else {
        assertThatThrownBy(() -> stream.transferTo(read)).isInstanceOf(CallFailedException.class);
      }
      assertThat(read.toByteArray()).isEqualTo(sent);
    }
  }

  @FuzzTest
  void shouldTakeANativeAnswerOnlyWithOneCompaction(byte[] body) {
    if (NativeAnswer.check(body) instanceof Reply.Answer answer) {
      assertThat(answer.json()).isSameAs(body);
      assertOneCompaction(body);
    }
  }

  @FuzzTest
  void shouldMakeAnAnswerOnlyOfOneTriggeredCompaction(byte[] stream) throws IOException {
    try (SseReader events = reader(new ByteArrayInputStream(stream))) {
      Reply reply = ResponseEvents.read(events, new TriggerAnswer(Jobs.NOW), FAILURES, readings());
      if (reply instanceof Reply.Answer answer) {
        assertOneCompaction(answer.json());
      }
    }
  }

  @FuzzTest
  void shouldCheckAnySummary(byte[] answer) throws IOException {
    Reply reply = SummaryAnswer.check(answer, FAILURES);
    if (reply instanceof Reply.Summary(String text, _)) {
      assertThat(text).isNotBlank();
    }
  }

  @FuzzTest
  void shouldGatherAnySummaryOfAStream(byte[] stream) throws IOException {
    try (SseReader events = reader(new ByteArrayInputStream(stream))) {
      Reply reply = ResponseEvents.read(events, new SummaryAnswer(), FAILURES, readings());
      if (reply instanceof Reply.Summary(String text, _)) {
        assertThat(text).isNotBlank();
      }
    }
  }

  private static void assertOneCompaction(byte[] answer) {
    JsonNode json = ORACLE.readTree(answer);
    List<JsonNode> compactions =
        json.path("output")
            .valueStream()
            .filter(item -> item.path("type").isString())
            .filter(item -> NativeAnswer.COMPACTION_TYPES.contains(item.path("type").asString()))
            .toList();
    assertThat(compactions).hasSize(1);
    assertThat(compactions.getFirst().path("encrypted_content").stringValue()).isNotEmpty();
    assertThat(json.hasNonNull("error")).isFalse();
  }

  /// A response that has come in pieces of these sizes, up to its end or a break.
  private static ResponseStream cut(byte[] sent, byte[] sizes, boolean whole) {
    ResponseStream stream =
        new ResponseStream(
            Duration.ofMinutes(1),
            System.nanoTime() + Duration.ofMinutes(1).toNanos(),
            new StopSignal());
    stream.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long n) {}

          @Override
          public void cancel() {}
        });
    int from = 0;
    for (byte size : sizes) {
      int to = Math.min(sent.length, from + (size & 0xf));
      stream.onNext(List.of(ByteBuffer.allocate(0), ByteBuffer.wrap(sent, from, to - from)));
      from = to;
    }
    stream.onNext(List.of(ByteBuffer.wrap(sent, from, sent.length - from)));
    if (whole) {
      stream.onComplete();
    } else {
      stream.onError(new IOException("reset"));
    }
    return stream;
  }

  private static SseReader reader(InputStream stream) {
    return new SseReader(stream, new ByteSpool(new ResponseMemory(MOST), MOST), MOST);
  }

  /// Every event's data, a character a byte.
  private static List<String> events(InputStream stream) throws IOException {
    List<String> events = new ArrayList<>();
    try (SseReader reader = reader(stream)) {
      for (byte[] event = reader.next(); event != null; event = reader.next()) {
        events.add(new String(event, StandardCharsets.ISO_8859_1));
      }
    }
    return events;
  }

  private static UsageReadings readings() {
    return new UsageReadings(() -> Jobs.NOW, () -> {});
  }
}
