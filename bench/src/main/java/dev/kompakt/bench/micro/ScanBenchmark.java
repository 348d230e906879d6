package dev.kompakt.bench.micro;

import dev.kompakt.ingress.intake.BodyScanner;
import dev.kompakt.ingress.intake.CheckpointOpener;
import dev.kompakt.ingress.intake.Purpose;
import dev.kompakt.ingress.intake.ScannedBody;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Scanning a request body, beside Jackson's streaming parser over the same bytes. The scanner also
/// hashes the canonical content, finds spans and cuts, and hands on both payloads; the parser only
/// walks over the tokens.
@State(Scope.Benchmark)
public class ScanBenchmark {
  private static final JsonFactory JACKSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  @Param public SampleBody body = SampleBody.PLAIN;

  private byte[] bytes = {};

  @Setup
  public void make() {
    bytes = body.bytes();
  }

  @Benchmark
  public ScannedBody scan() throws IOException {
    return BodyScanner.scan(
        new ByteArrayInputStream(bytes),
        OutputStream.nullOutputStream(),
        OutputStream.nullOutputStream(),
        CheckpointOpener.none(),
        Purpose.COMPACTION);
  }

  @Benchmark
  public int jackson() {
    int tokens = 0;
    try (JsonParser json =
        JACKSON.createParser(ObjectReadContext.empty(), new ByteArrayInputStream(bytes))) {
      while (json.nextToken() != null) {
        tokens++;
      }
    }
    return tokens;
  }
}
