package dev.kompakt.ingress.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.Packing;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LearnedLimit.Bound;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.LimitKey.Endpoint;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class ChunkingTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final ProviderId PROVIDER = new ProviderId("p");
  private static final int SPAN = 9_999;
  private static final History HISTORY = history(400);

  private final Map<LimitKey, LearnedLimit> limits = new HashMap<>();

  @Test
  void shouldStayWholeWhenNothingIsKnown() {
    // When
    List<Chunk> chunks = chunking("mode: native").pack(HISTORY, "m");

    // Then
    assertThat(chunks).hasSize(1);
  }

  @Test
  void shouldSplitBelowConfiguredSizeWhenHistoryIsLarger() {
    // When
    List<Chunk> chunks = chunking("mode: native, chunkBytes: 1MiB").pack(HISTORY, "m");

    // Then
    assertThat(chunks).hasSize(4);
    assertThat(chunks)
        .allMatch(chunk -> new Packing(HISTORY).bytes(chunk) + 1_000 < (1 << 20) - 8_192);
  }

  @Test
  void shouldStayWholeWhenHistoryFitsConfiguredSize() {
    // When
    List<Chunk> chunks = chunking("mode: native, chunkBytes: 4MiB").pack(HISTORY, "m");

    // Then
    assertThat(chunks).hasSize(1);
  }

  @Test
  void shouldSplitWhenEndpointWasSeenToReject() {
    // Given
    learn(Endpoint.COMPACT, "m", NOW.plusSeconds(60), new Bound(null, 2_000_000L), Bound.UNKNOWN);

    // When
    List<Chunk> chunks = chunking("mode: native").pack(HISTORY, "m");
    List<Chunk> other = chunking("mode: native").pack(HISTORY, "other");

    // Then
    assertThat(chunks).hasSize(5);
    assertThat(other).hasSize(1);
  }

  @Test
  void shouldGoByTokensWhenTheyAreTheTighterLimit() {
    // Given
    learn(
        Endpoint.RESPONSES, "m", NOW.plusSeconds(60), Bound.UNKNOWN, new Bound(500_000L, 600_000L));

    // When
    List<Chunk> chunks = chunking("mode: summarize").pack(HISTORY, "m");

    // Then
    assertThat(chunks).hasSize(3);
  }

  @Test
  void shouldForgetLimitWhenItHasExpired() {
    // Given
    learn(Endpoint.COMPACT, "m", NOW, new Bound(null, 2_000_000L), Bound.UNKNOWN);

    // When
    List<Chunk> chunks = chunking("mode: native").pack(HISTORY, "m");

    // Then
    assertThat(chunks).hasSize(1);
  }

  @Test
  void shouldStayWholeWhenThereIsNoAccount() {
    // Given
    Chunking chunking =
        new Chunking(
            ConfigLoader.load(null, Map.of(), Map.of()), limits::get, InstantSource.fixed(NOW));

    // When
    List<Chunk> chunks = chunking.pack(HISTORY, "m");

    // Then
    assertThat(chunks).hasSize(1);
    assertThat(chunking.provider()).isEqualTo(Chunking.NO_PROVIDER);
  }

  private void learn(Endpoint endpoint, String model, Instant until, Bound bytes, Bound tokens) {
    LimitKey key = new LimitKey(PROVIDER, endpoint, model);
    limits.put(
        key, new LearnedLimit(key, bytes, tokens, NOW.minus(Duration.ofHours(1)), until, null));
  }

  private Chunking chunking(String provider) {
    KompaktConfig config =
        ConfigLoader.load(
            null,
            Map.of(),
            Map.of(
                "providers",
                "[{id: p, baseUrl: 'http://127.0.0.1:1/v1', " + provider + "}]",
                "accounts",
                "[{id: a, provider: p, apiKey: 'env:NONE'}]"));
    return new Chunking(config, limits::get, InstantSource.fixed(NOW));
  }

  private static History history(int spans) {
    long bytes = (long) spans * SPAN + spans - 1;
    return new History(
        ref(bytes),
        ref(1_000),
        Collections.nCopies(spans, SPAN),
        List.of(),
        List.of(),
        spans,
        false,
        null);
  }

  private static PayloadRef ref(long bytes) {
    long segments = (bytes + PayloadRef.SEGMENT_BYTES - 1) / PayloadRef.SEGMENT_BYTES;
    return new PayloadRef(
        PayloadId.random(), 0, LongStream.range(0, segments).boxed().toList(), bytes);
  }
}
