package dev.kompakt.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoriesTest {
  private static final long SEED = Long.getLong("kompakt.seed", new Random().nextLong());

  @ParameterizedTest
  @ValueSource(longs = {1024, 2000, 10_240, 262_144, 3_000_000})
  void shouldMakeExactlyThatManyBytesWithOneMarkASpan(long bytes) {
    // Given
    SyntheticRequest request = Histories.ofBytes(SEED, bytes).withFirstMark(7);

    // When
    byte[] body = request.toBytes();

    // Then
    assertThat(body.length).as("%s", request).isEqualTo(bytes);
    List<Integer> marks = Marks.in(body);
    assertThat(marks)
        .as("%s", request)
        .isEqualTo(IntStream.range(7, 7 + request.marks()).boxed().toList())
        .isNotEmpty();
    assertThat(body).as("%s", request).isEqualTo(request.toBytes());
  }

  @Test
  void shouldBeAValidRequestInEveryForm() {
    // Given
    List<SyntheticRequest> requests =
        List.of(
            Histories.small(SEED),
            Histories.ofMebibytes(SEED, 1).withTrigger().withCiphertext(),
            Histories.ofMebibytes(SEED, 2).withOversized(1_500_000).withImage(200_000));

    for (SyntheticRequest request : requests) {
      // When
      Inspection seen = inspect(request.toBytes());

      // Then
      assertThat(seen.violations()).as("%s", request).isEmpty();
      assertThat(seen.endpoint())
          .isEqualTo(request.trigger() ? Call.Endpoint.TRIGGER : Call.Endpoint.SUMMARY);
    }
  }

  @Test
  void shouldHoldTheOversizedOutputWhenAsked() {
    // Given
    SyntheticRequest request = Histories.ofMebibytes(SEED, 2).withOversized(1_500_000);

    // When
    String body = request.toText();

    // Then
    int longest = 0;
    for (String item : body.split("\"output\":\"", -1)) {
      String text = item.substring(0, Math.max(0, item.indexOf("\"}")));
      longest = Math.max(longest, text.getBytes(StandardCharsets.UTF_8).length);
    }
    assertThat(longest).as("%s", request).isBetween(1_500_000, 1_500_100);
  }

  private static Inspection inspect(byte[] body) {
    return Inspection.of(
        new RequestHead(
            "POST",
            "/v1/responses",
            Map.of(
                "authorization", List.of("Bearer a"), "content-type", List.of("application/json"))),
        body);
  }
}
