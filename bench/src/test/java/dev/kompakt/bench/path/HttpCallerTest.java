package dev.kompakt.bench.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bench.report.BenchException;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.SyntheticRequest;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpCallerTest {
  private final FakeUpstream upstream = FakeUpstream.start();
  private final URI endpoint = URI.create(upstream.baseUrl() + "/responses/compact");

  @AfterEach
  void stop() {
    upstream.close();
  }

  @Test
  void shouldGetWholeAnswersWhenCallsFollowOnOneConnection() {
    try (HttpCaller caller = new HttpCaller(endpoint)) {
      // Given
      SyntheticRequest large = Histories.ofMebibytes(2, 1);

      // When
      HttpCaller.Answer first = caller.post(Histories.small(1).toBytes());
      HttpCaller.Answer second = caller.post(large.open(), large.bytes());

      // Then
      assertThat(first.expectCompaction().body()).endsWith("}");
      assertThat(second.expectCompaction().body()).endsWith("}");
      assertThat(upstream.accepted()).hasSize(2);
      assertThat(upstream.violations()).isEmpty();
    }
  }

  @Test
  void shouldReadToTheEndWhenTheAnswerIsChunked() {
    // Given
    upstream.then(Reply.huge(200_000));
    try (HttpCaller caller = new HttpCaller(endpoint)) {
      // When
      HttpCaller.Answer huge = caller.post(Histories.small(1).toBytes());
      HttpCaller.Answer next = caller.post(Histories.small(2).toBytes());

      // Then
      assertThat(huge.body().length()).isGreaterThan(200_000);
      assertThat(next.status()).isEqualTo(200);
    }
  }

  @Test
  void shouldFailWhenTheAnswerIsNoCompaction() {
    // Given
    upstream.then(Reply.errorUnder200(), Reply.rateLimited());
    try (HttpCaller caller = new HttpCaller(endpoint)) {
      HttpCaller.Answer under200 = caller.post(Histories.small(1).toBytes());
      HttpCaller.Answer refused = caller.post(Histories.small(2).toBytes());

      // Then
      assertThatThrownBy(under200::expectCompaction).isInstanceOf(BenchException.class);
      assertThatThrownBy(refused::expectCompaction).hasMessageContaining("429");
    }
  }

  @Test
  void shouldFailWhenTheAnswerIsCut() {
    // Given
    upstream.then(Reply.cut(40));
    try (HttpCaller caller = new HttpCaller(endpoint)) {
      byte[] body = Histories.small(1).toBytes();

      // Then
      assertThatThrownBy(() -> caller.post(body)).isInstanceOf(BenchException.class);
    }
  }
}
