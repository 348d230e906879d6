package dev.kompakt.standalone.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.LogView;
import dev.kompakt.bootstrap.kafka.TopicWriter;
import dev.kompakt.schemas.topic.Codec;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogViewTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final KafkaClients clients = TestBroker.clients("view-test");
  private final Topic<String, String> topic = topic("test." + UUID.randomUUID());
  private final TopicWriter<String, String> writer = clients.writer(topic);
  private final List<String> changes = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    clients.close();
  }

  @Test
  void shouldHoldTheNewestOfEachKeyWhenLoaded() throws Exception {
    // Given
    create();
    writer.sendAndWait("a", "1");
    writer.sendAndWait("b", "1");
    writer.sendAndWait("a", "2");

    // When
    try (LogView<String, String> view = follow()) {
      view.loaded().get(SOON.toSeconds(), TimeUnit.SECONDS);

      // Then
      assertThat(view.all()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "2", "b", "1"));
      assertThat(view.get("c")).isEmpty();
      assertThat(changes).containsExactlyInAnyOrder("a=1", "b=1", "a=2");
    }
  }

  @Test
  void shouldFollowWhenRecordsAreWrittenAndRemoved() throws Exception {
    // Given
    create();
    try (LogView<String, String> view = follow()) {
      view.loaded().get(SOON.toSeconds(), TimeUnit.SECONDS);

      // When
      writer.sendAndWait("a", "1");
      writer.sendAndWait("b", "1");
      tombstone("a");

      // Then
      await().atMost(SOON).until(() -> view.get("b").isPresent() && view.get("a").isEmpty());
    }
  }

  @Test
  void shouldHaveReadAllThatWasWrittenBeforeItIsAsked() throws Exception {
    // Given
    create();
    try (LogView<String, String> view = follow()) {
      for (int i = 0; i < 50; i++) {
        // When
        writer.sendAndWait("a", "" + i);
        view.caughtUp().get(SOON.toSeconds(), TimeUnit.SECONDS);

        // Then
        assertThat(view.get("a")).contains("" + i);
      }
    }
  }

  @Test
  void shouldPassOverARecordWhenItOrItsListenerFails() throws Exception {
    // Given
    create();
    writer.sendAndWait("a", "unreadable");
    writer.sendAndWait("b", "refused");
    writer.sendAndWait("c", "3");

    // When
    try (LogView<String, String> view = follow()) {
      view.loaded().get(SOON.toSeconds(), TimeUnit.SECONDS);

      // Then
      assertThat(view.all()).containsExactlyInAnyOrderEntriesOf(Map.of("b", "refused", "c", "3"));
    }
  }

  @Test
  void shouldLoadWhenTheTopicAppearsLater() throws Exception {
    // Given
    try (LogView<String, String> view = follow()) {
      boolean loadedBefore = view.loaded().isDone();

      // When
      create();
      writer.sendAndWait("a", "1");
      view.loaded().get(SOON.toSeconds(), TimeUnit.SECONDS);

      // Then
      assertThat(loadedBefore).isFalse();
      await().atMost(SOON).until(() -> view.get("a").isPresent());
    }
  }

  private LogView<String, String> follow() {
    return LogView.follow(
        clients,
        topic,
        100,
        (key, value) -> {
          if (value.equals("refused")) {
            throw new IllegalStateException("a listener of the test's fails");
          }
          changes.add(key + "=" + value);
        });
  }

  private void create() throws Exception {
    try (Admin admin = clients.admin()) {
      admin.createTopics(List.of(new NewTopic(topic.name(), 2, (short) 1))).all().get();
    }
  }

  private void tombstone(String key) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            clients.common("raw"), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(new ProducerRecord<>(topic.name(), key.getBytes(StandardCharsets.UTF_8), null))
          .get();
    }
  }

  private static Topic<String, String> topic(String name) {
    return new Topic<>(
        name, "", "", new Plain(), new Plain(), true, null, Topic.Sizing.SINGLE, 1024);
  }

  private record Plain() implements Codec<String> {
    @Override
    public byte[] encode(String value) {
      return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      if (text.equals("unreadable")) {
        throw new UnreadableRecordException("as the test wants it");
      }
      return text;
    }
  }
}
