package dev.kompakt.workers.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.workers.Jobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;

/// Answers of providers are anything at all: they are understood, or called malformed.
class UpstreamAnswersFuzzTest {
  private static final int MOST = 1 << 20;
  private static final Classification FAILURES =
      new Classification(4_000, _ -> Optional.empty(), Jobs.NOW);

  @FuzzTest
  void shouldReadAnyStreamOfEvents(byte[] stream) throws IOException {
    try (SseReader reader =
        new SseReader(
            new ByteArrayInputStream(stream),
            new ByteSpool(new ResponseMemory(MOST), MOST),
            MOST)) {
      int bytes = 0;
      for (byte[] event = reader.next(); event != null; event = reader.next()) {
        bytes += event.length;
      }
      assertThat(bytes).isLessThanOrEqualTo(stream.length);
    }
  }

  @FuzzTest
  void shouldCheckAnySummary(byte[] answer) throws IOException {
    Reply reply = SummaryAnswer.check(answer, FAILURES);
    if (reply instanceof Reply.Summary(String text, _)) {
      assertThat(text).isNotBlank();
    }
  }
}
