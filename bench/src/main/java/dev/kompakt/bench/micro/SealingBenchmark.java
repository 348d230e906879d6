package dev.kompakt.bench.micro;

import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.bootstrap.seal.SegmentSeal;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.PayloadId;
import java.util.Arrays;
import java.util.Objects;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// One payload segment of a session's text: compressed and sealed, opened and decompressed.
@State(Scope.Benchmark)
public class SealingBenchmark {
  static final int BYTES = PayloadRef.SEGMENT_BYTES;

  private final SegmentSeal seal = new SegmentSeal(new SealingKey(new byte[32]));
  private final PayloadId payload = PayloadId.random();
  private final byte[] segment = Arrays.copyOf(SampleBody.ESCAPED.bytes(), BYTES);
  private final byte[] sealed = seal.seal(payload, 0, segment, BYTES);

  @Benchmark
  public byte[] seal() {
    return seal.seal(payload, 0, segment, BYTES);
  }

  @Benchmark
  public byte[] open() {
    return Objects.requireNonNull(seal.open(payload, 0, sealed), "the segment opens");
  }
}
