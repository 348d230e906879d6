package dev.kompakt.router.state;

import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.router.decide.CompactionState;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.topic.Codec;
import dev.kompakt.schemas.topic.JsonCodec;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/// Names and shapes of the stores. All hold bytes, written and read with the codecs here; all are
/// RocksDB with a changelog whose segments are small, so that what is removed is soon gone.
public final class RouterStores {
  /// Manifests by compaction id.
  public static final String SUBMISSIONS = "submissions";

  /// [CompactionState] by compaction id.
  public static final String STATES = "states";

  /// Timers by [TimerKey]; the values say nothing.
  public static final String TIMERS = "timers";

  /// [Standing] by account id.
  public static final String STANDINGS = "standings";

  /// [LearnedLimit] by limit key.
  public static final String LIMITS = "limits";

  /// [AccountStatus] by account id.
  public static final String ACCOUNTS = "accounts";

  /// [TenantUsage] by tenant id.
  public static final String TENANTS = "tenants";

  /// Reports already folded that may come again, see [SeenReports].
  public static final String REPORTS_SEEN = "reports-seen";

  public static final Codec<Submission> SUBMISSION_CODEC = Topics.SUBMISSIONS.values();
  public static final Codec<CompactionState> STATE_CODEC = new JsonCodec<>(CompactionState.class);
  public static final Codec<Standing> STANDING_CODEC = new JsonCodec<>(Standing.class);

  private static final int CHANGELOG_SEGMENT_BYTES = 16 << 20;

  private RouterStores() {}

  public static StoreBuilder<KeyValueStore<Bytes, byte[]>> keyed(String name) {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
        .withCachingDisabled()
        .withLoggingEnabled(changelog());
  }

  /// One whose changes are written together when they are committed, the last of each key.
  public static StoreBuilder<KeyValueStore<Bytes, byte[]>> cached(String name) {
    return keyed(name).withCachingEnabled();
  }

  /// What was stored, or null if nothing was or it is of a version this build does not read; for
  /// what will be learned again.
  public static <T> @Nullable T relearnable(Codec<T> codec, byte @Nullable [] stored) {
    if (stored == null) {
      return null;
    }
    try {
      return codec.decode(stored);
    } catch (UnreadableRecordException e) {
      return null;
    }
  }

  private static Map<String, String> changelog() {
    return Map.of(
        TopicConfig.SEGMENT_BYTES_CONFIG,
        Integer.toString(CHANGELOG_SEGMENT_BYTES),
        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
        "0.2",
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
        Integer.toString(Topics.SUBMISSIONS.maxRecordBytes() + (64 << 10)));
  }
}
