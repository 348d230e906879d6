package dev.kompakt.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.topic.Topics;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedForward;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class FoldProcessorTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  @Test
  void shouldPublishWhatWasStoredBeforeAStopAndMayNotHaveBeenPublished() {
    // Given
    MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    context.setCurrentSystemTimeMs(NOW.toEpochMilli());
    KeyValueStore<Bytes, byte[]> accounts = store(context, RouterStores.ACCOUNTS);
    store(context, RouterStores.REPORTS_SEEN);
    AccountId account = new AccountId("team-a");
    byte[] key = Topics.ACCOUNTS.keys().encode(account);
    byte[] value =
        Topics.ACCOUNTS
            .values()
            .encode(
                new AccountStatus(
                    account, new ProviderId("openai"), 7, Usage.NONE, NOW, null, null, null));
    accounts.put(Bytes.wrap(key), value);
    FoldProcessor processor =
        new FoldProcessor(List.of(new AccountFold()), RouterStores.REPORTS_SEEN);

    // When
    processor.init(context);
    context.scheduledPunctuators().forEach(FoldProcessorTest::fire);

    // Then
    assertThat(context.forwarded()).hasSize(1);
    CapturedForward<? extends byte[], ? extends byte[]> forward = context.forwarded().getFirst();
    assertThat(forward.childName()).hasValue(RouterStores.ACCOUNTS);
    assertThat(forward.record().key()).isEqualTo(key);
    assertThat(forward.record().value()).isEqualTo(value);
    assertThat(context.scheduledPunctuators()).allMatch(CapturedPunctuator::cancelled);
  }

  private static void fire(CapturedPunctuator punctuator) {
    punctuator.getPunctuator().punctuate(NOW.toEpochMilli());
  }

  private static KeyValueStore<Bytes, byte[]> store(
      MockProcessorContext<byte[], byte[]> context, String name) {
    KeyValueStore<Bytes, byte[]> store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    context.addStateStore(store);
    return store;
  }
}
