package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.HostPort;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.TopicProvisioner;
import dev.kompakt.bootstrap.observe.Check;
import dev.kompakt.bootstrap.observe.RoleFailedException;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.standalone.Kompakt;
import dev.kompakt.standalone.Role;
import dev.kompakt.standalone.broker.EmbeddedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A version of the router with another topology takes over from one before.
@Patient
class UpgradeIT {
  private static final int PARTITIONS = 2;
  private static final List<String> KEYS = List.of("a", "b", "c", "d");

  @TempDir private Path home;

  private EmbeddedBroker broker;
  private KafkaProducer<String, String> producer;
  private int written;

  @BeforeEach
  void start() throws ExecutionException, InterruptedException {
    broker = EmbeddedBroker.start(home.resolve("data"), new HostPort("127.0.0.1", 0));
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new StringSerializer(),
            new StringSerializer());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      new TopicProvisioner(Counting.kafka(broker.bootstrap()), admin).provision();
      admin
          .createTopics(
              List.of(Counting.IN, Counting.OUT, Counting.OTHER).stream()
                  .map(name -> new NewTopic(name, PARTITIONS, (short) 1))
                  .toList())
          .all()
          .get();
    }
  }

  @AfterEach
  void stop() {
    producer.close();
    broker.close();
  }

  @Test
  void shouldGoOnWhereAnOlderVersionEnded() {
    // Given
    Path state = home.resolve("router");
    try (Counting old = count(state, Counting.Version.FIRST)) {
      awaitRunning(old);
      write(5);
      awaitCounts();
    }
    write(3);

    // When
    try (Counting second = count(state, Counting.Version.SECOND)) {
      awaitRunning(second);
      awaitCounts();
      assertThat(state.resolve("kompakt.router/0_0/rocksdb"))
          .isDirectoryNotContaining("glob:**counts");
      assertThat(state.resolve("kompakt.router/1_0/rocksdb/counts")).isDirectory();
    }
    write(2);
    try (Counting third = count(state, Counting.Version.THIRD)) {
      awaitRunning(third);

      // Then
      awaitCounts();
      write(1);
      awaitCounts();
    }
  }

  @Test
  void shouldWaitForRoutersOfAnOlderVersionAndThenTakeOver() {
    try (Counting old = count(home.resolve("old"), Counting.Version.FIRST)) {
      awaitRunning(old);
      write(2);
      awaitCounts();

      // When
      try (Counting one = count(home.resolve("one"), Counting.Version.SECOND);
          Counting two = count(home.resolve("two"), Counting.Version.SECOND)) {
        awaitCheck(one, Check.Waits.class);
        awaitCheck(two, Check.Waits.class);
        write(2);
        awaitCounts();
        assertThat(old.check()).isInstanceOf(Check.Holds.class);
        old.stop();
        write(2);

        // Then
        awaitRunning(one);
        awaitRunning(two);
        write(2);
        awaitCounts();
      }
    }
  }

  @Test
  void shouldTakeOverWhenOneThatTookOverDiedMeanwhile() {
    // Given
    try (Counting old = count(home.resolve("old"), Counting.Version.FIRST)) {
      awaitRunning(old);
      write(2);
      awaitCounts();
    }
    try (KafkaConsumer<String, String> dying =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                broker.bootstrap(),
                "group.id",
                "kompakt.router",
                "enable.auto.commit",
                false,
                "session.timeout.ms",
                6_000),
            new StringDeserializer(),
            new StringDeserializer())) {
      dying.subscribe(List.of(Topics.SUBMISSIONS.name()));
      await()
          .until(
              () -> {
                dying.poll(Duration.ofMillis(20));
                return dying.groupMetadata().generationId() >= 0;
              });
      dying.close(
          CloseOptions.groupMembershipOperation(
              CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
    }
    write(2);

    // When
    try (Counting fresh = count(home.resolve("new"), Counting.Version.SECOND)) {

      // Then
      awaitRunning(fresh);
      awaitCounts();
    }
  }

  @Test
  void shouldStartOnDataOfAnOlderVersion() throws Exception {
    // Given
    Path data = home.resolve("data");
    try (Counting old = count(data.resolve("router"), Counting.Version.FIRST)) {
      awaitRunning(old);
    }
    broker.close();

    // When
    try (Kompakt kompakt = Kompakt.up(config("embedded"));
        Admin admin = Admin.create(Map.of("bootstrap.servers", kompakt.broker()))) {

      // Then
      assertThat(admin.listTopics().names().get())
          .contains("kompakt.router-reports-repartition", "kompakt.router-counts-changelog");
    }
  }

  @Test
  void shouldSayAtOnceWhyItWillNeverStart() throws Exception {
    // Given
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      admin
          .createTopics(List.of(new NewTopic("kompakt.router-reports-repartition", 3, (short) 1)))
          .all()
          .get();
    }
    Files.writeString(
        home.resolve("sealing.key"), Base64.getEncoder().encodeToString(new byte[32]));
    KompaktConfig config = config(broker.bootstrap());

    // When
    var start = assertThatThrownBy(() -> Kompakt.start(config, EnumSet.of(Role.ROUTER)));

    // Then
    start
        .isInstanceOf(RoleFailedException.class)
        .hasMessageContaining("kompakt.router-reports-repartition")
        .hasMessageNotContaining("not ready within");
  }

  private KompaktConfig config(String bootstrap) {
    return ConfigLoader.load(
        null,
        Map.of(),
        Map.of(
            "kafka.bootstrap",
            bootstrap,
            "kafka.dataDir",
            home.resolve("data").toString(),
            "sealing.key",
            "file:" + home.resolve("sealing.key"),
            "ingress.listen",
            "127.0.0.1:0",
            "admin.listen",
            "127.0.0.1:0"));
  }

  private Counting count(Path state, Counting.Version version) {
    return Counting.start(broker.bootstrap(), state, version);
  }

  private static void awaitRunning(Counting router) {
    awaitCheck(router, Check.Holds.class);
  }

  private static void awaitCheck(Counting router, Class<? extends Check> wanted) {
    await().atMost(Duration.ofSeconds(40)).until(router::check, wanted::isInstance);
  }

  /// Writes each key so many times.
  private void write(int times) {
    for (int i = 0; i < times; i++) {
      for (String key : KEYS) {
        var _ = producer.send(new ProducerRecord<>(Counting.IN, key, ""));
      }
    }
    producer.flush();
    written += times;
  }

  /// Waits until what was written has been counted, and checks that each was counted once.
  private void awaitCounts() {
    List<String> expected = IntStream.rangeClosed(1, written).mapToObj(Integer::toString).toList();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrap(), "isolation.level", "read_committed"),
            new StringDeserializer(),
            new StringDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, PARTITIONS)
              .mapToObj(partition -> new TopicPartition(Counting.OUT, partition))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      List<ConsumerRecord<String, String>> counted = new ArrayList<>();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(50)).forEach(counted::add);
                return counted.size() >= KEYS.size() * written;
              });
      for (String key : KEYS) {
        assertThat(counted.stream().filter(r -> r.key().equals(key)).map(ConsumerRecord::value))
            .as(key)
            .containsExactlyElementsOf(expected);
      }
    }
  }
}
