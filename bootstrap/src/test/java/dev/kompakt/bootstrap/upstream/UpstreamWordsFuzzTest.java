package dev.kompakt.bootstrap.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What providers say in errors and headers is anything at all.
class UpstreamWordsFuzzTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  @FuzzTest
  void shouldClassifyAnyError(FuzzedDataProvider data) {
    int status = data.consumeInt(300, 599);
    String header = data.consumeString(64);
    ErrorBody error = ErrorBody.of(data.consumeRemainingAsBytes(), NOW);

    Outcome outcome =
        new Classification(1_000, _ -> Optional.of(header), NOW, () -> {}).status(status, error);

    assertThat(outcome).isNotInstanceOf(Outcome.Succeeded.class);
    if (outcome instanceof Outcome.Rejected(_, String code, String param)) {
      assertThat(code == null || code.matches("[A-Za-z0-9_.-]{1,64}")).isTrue();
      assertThat(param == null || param.matches("[A-Za-z0-9_.-]{1,64}")).isTrue();
    }
  }

  @FuzzTest
  void shouldReadAnyHeader(FuzzedDataProvider data) {
    String value = data.consumeString(64);
    String message = data.consumeRemainingAsString();

    Duration wait = RetryAfter.of(_ -> Optional.of(value), message, NOW);
    UsageReadings into = new UsageReadings(() -> NOW, () -> {});
    UsageHeaders.read(_ -> Optional.of(value), into);
    List<UsageReading> readings = into.all();

    assertThat(wait == null || (!wait.isNegative() && wait.compareTo(RetryAfter.MOST) <= 0))
        .isTrue();
    assertThat(readings == null || readings.stream().allMatch(r -> r.usedPercent() <= 1_000))
        .isTrue();
  }
}
