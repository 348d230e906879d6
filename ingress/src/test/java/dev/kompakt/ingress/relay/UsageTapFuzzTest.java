package dev.kompakt.ingress.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.schemas.record.UsageReading;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/// Whatever passes, listening to it neither throws nor makes anything up that cannot be.
class UsageTapFuzzTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  @FuzzTest
  void shouldListenToAnything(byte[] answer) {
    for (boolean events : new boolean[] {true, false}) {
      for (int piece : new int[] {1, 7, Math.max(1, answer.length)}) {
        UsageReadings readings = new UsageReadings(() -> NOW, () -> {});
        UsageTap tap = new UsageTap(events, readings);
        for (int at = 0; at < answer.length; at += piece) {
          tap.passed(answer, at, Math.min(piece, answer.length - at));
        }
        tap.ended();
        assertThat(tap.usage().inputTokens()).isBetween(0L, 1_000_000_000_000L);
        List<UsageReading> said = readings.all();
        assertThat(said == null ? List.<UsageReading>of() : said)
            .allMatch(reading -> reading.usedPercent() <= 1_000);
      }
    }
  }

  @FuzzTest
  void shouldTakeATurnStateApartOrLeaveIt(byte[] given) {
    String header = new String(given, StandardCharsets.ISO_8859_1);
    TurnState state = TurnState.parse(header);
    if (state != null) {
      assertThat(state.toString()).isEqualTo(header);
    }
  }
}
