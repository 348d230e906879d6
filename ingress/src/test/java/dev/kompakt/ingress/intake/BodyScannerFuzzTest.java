package dev.kompakt.ingress.intake;

import static org.assertj.core.api.Assertions.assertThatCode;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/// Bodies of strangers: with `JAZZER_FUZZ=1` searched for, else the committed ones.
class BodyScannerFuzzTest {
  private static final JsonMapper ORACLE = new JsonMapper(new JsonFactory());

  @FuzzTest
  void shouldAcceptOnlyWhatJacksonReads(byte[] body) throws IOException {
    for (Purpose purpose : Purpose.values()) {
      try {
        BodyScanner.scan(
            new ByteArrayInputStream(body),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream(),
            CheckpointOpener.none(),
            purpose);
      } catch (BodyRejected e) {
        continue;
      }
      assertThatCode(() -> ORACLE.readTree(body)).doesNotThrowAnyException();
    }
  }

  @FuzzTest
  void shouldDecodeOrRefuse(byte[] body) throws IOException {
    for (String coding : new String[] {"gzip", "zstd", "gzip, zstd"}) {
      try (var decoded = ContentDecoding.decode(new ByteArrayInputStream(body), coding, 1 << 20)) {
        decoded.transferTo(OutputStream.nullOutputStream());
      } catch (BodyRejected e) {
        // refused with words of ours
      }
    }
  }
}
