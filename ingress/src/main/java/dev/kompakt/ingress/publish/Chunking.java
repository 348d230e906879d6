package dev.kompakt.ingress.publish;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.Packing;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.LimitKey.Endpoint;
import dev.kompakt.schemas.record.Mode;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Packs a history for the provider it is meant for, by the limit that is configured or has been
/// learned; whole while neither is known.
public final class Chunking {
  /// The provider of a submission that needs none.
  public static final ProviderId NO_PROVIDER = new ProviderId("local");

  /// What a chunk's call carries beside chunk and envelope: Kompakt's own instructions and framing.
  private static final long OVERHEAD_BYTES = 16 * 1024;

  /// Below this nothing is packed: the rest is left to the provider's judgement.
  private static final long LEAST_TARGET_BYTES = 32 * 1024;

  private static final long BYTES_PER_TOKEN = 4;

  private final ProviderId provider;
  private final Mode mode;
  private final @Nullable Long configured;
  private final Function<LimitKey, @Nullable LearnedLimit> limits;
  private final InstantSource clock;

  /// Makes one for the provider of the first account.
  ///
  /// @param limits what has been learned; null where nothing is
  public Chunking(
      KompaktConfig config,
      Function<LimitKey, @Nullable LearnedLimit> limits,
      InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
    if (config.localOnly()) {
      provider = NO_PROVIDER;
      mode = Mode.LOCAL;
      configured = null;
    } else {
      provider = config.accounts().getFirst().provider();
      KompaktConfig.Provider known =
          config.providers().stream()
              .filter(p -> p.id().equals(provider))
              .findFirst()
              .orElseThrow();
      mode = known.mode();
      configured = known.chunkBytes() == null ? null : known.chunkBytes().bytes();
    }
  }

  /// Whose limits are gone by.
  public ProviderId provider() {
    return provider;
  }

  /// The chunks to begin with; empty if the history has no items.
  public List<Chunk> pack(History history, String model) {
    Packing packing = new Packing(history);
    Long limit = mode == Mode.LOCAL ? null : limit(Endpoint.of(mode), model);
    if (limit == null || history.items().bytes() + history.envelope().bytes() <= limit) {
      return packing.whole();
    }
    Long parts = limit(Endpoint.RESPONSES, model);
    long wire = parts == null ? limit : parts;
    long target = wire - history.envelope().bytes() - OVERHEAD_BYTES;
    return packing.pack(packing.whole(), Math.max(target, Math.max(wire / 2, LEAST_TARGET_BYTES)));
  }

  private @Nullable Long limit(Endpoint endpoint, String model) {
    LearnedLimit learned = limits.apply(new LimitKey(provider, endpoint, model));
    Long limit = configured;
    if (learned != null && clock.instant().isBefore(learned.expiresAt())) {
      limit = smaller(limit, learned.bytes().target());
      Long tokens = learned.tokens().target();
      limit = smaller(limit, tokens == null ? null : tokens * BYTES_PER_TOKEN);
    }
    return limit;
  }

  private static @Nullable Long smaller(@Nullable Long one, @Nullable Long other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return Math.min(one, other);
  }
}
