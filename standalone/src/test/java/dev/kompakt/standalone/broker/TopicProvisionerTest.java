package dev.kompakt.standalone.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.TopicProvisioner;
import dev.kompakt.bootstrap.kafka.UnreachableException;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.standalone.HomeConfig;
import dev.kompakt.standalone.Kompakt;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicProvisionerTest {
  private static final List<String> NAMES = Topics.ALL.stream().<String>map(Topic::name).toList();

  @Test
  void shouldHaveCreatedEveryTopicAsTheCatalogueSays() throws Exception {
    // Given
    KompaktConfig.Kafka kafka = TestBroker.kafka();
    try (KafkaClients clients = TestBroker.clients("topics-test");
        Admin admin = clients.admin()) {
      TopicProvisioner provisioner = new TopicProvisioner(kafka, admin);

      // When
      Map<String, TopicDescription> described = admin.describeTopics(NAMES).allTopicNames().get();

      // Then
      assertThat(partitions(described, Topics.JOBS)).isEqualTo(kafka.lanes());
      assertThat(partitions(described, Topics.PAYLOADS)).isEqualTo(kafka.partitions());
      assertThat(partitions(described, Topics.LIMITS)).isEqualTo(1);
      assertThat(provisioner.missing()).isEmpty();
      assertThat(provisioner.problems(NAMES)).isEmpty();
      assertThat(provisioner.provision()).as("nothing is left to create").isEmpty();
    }
  }

  @Test
  void shouldNameTheTopicWhenItsPartitionsAreOthers() {
    // Given
    KompaktConfig.Kafka kafka = TestBroker.kafka();
    KompaktConfig.Kafka other =
        new KompaktConfig.Kafka(kafka.bootstrap(), kafka.dataDir(), 4, 9, -1, Map.of());
    try (KafkaClients clients = TestBroker.clients("topics-test");
        Admin admin = clients.admin()) {

      // When
      var provision = assertThatThrownBy(() -> new TopicProvisioner(other, admin).provision());

      // Then
      provision
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "kafka: topic kompakt.jobs has 8 partitions, the config asks for 9 (kafka.lanes);"
                  + " partitions cannot be changed while records are kept");
    }
  }

  @Test
  void shouldNameEveryTopicWhenThereAreFewerCopiesThanTheConfigAsksFor() {
    // Given
    KompaktConfig.Kafka kafka = TestBroker.kafka();
    KompaktConfig.Kafka other =
        new KompaktConfig.Kafka(kafka.bootstrap(), kafka.dataDir(), 4, 8, 3, Map.of());
    try (KafkaClients clients = TestBroker.clients("topics-test");
        Admin admin = clients.admin()) {

      // When
      List<String> problems = new TopicProvisioner(other, admin).problems(NAMES);

      // Then
      assertThat(problems)
          .hasSize(NAMES.size())
          .contains(
              "topic kompakt.jobs has replication 1, the config asks for 3 (kafka.replication)");
    }
  }

  @Test
  void shouldNameTheTopicWhenItsSettingsWouldLoseRecords(@TempDir Path directory) throws Exception {
    // Given
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, TestBroker.ANY_PORT);
        KafkaClients clients = new KafkaClients(TestBroker.settings(broker), "topics-test");
        Admin admin = clients.admin()) {
      TopicProvisioner provisioner = new TopicProvisioner(TestBroker.settings(broker), admin);
      List<String> created = provisioner.provision();
      set(admin, Topics.LIMITS, TopicConfig.CLEANUP_POLICY_CONFIG, "compact,delete");
      set(admin, Topics.SESSIONS, TopicConfig.CLEANUP_POLICY_CONFIG, "compact");
      set(admin, Topics.PAYLOADS, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "1000");
      set(admin, Topics.SUBMISSIONS, TopicConfig.RETENTION_MS_CONFIG, "60000");
      set(admin, Topics.JOBS, TopicConfig.RETENTION_MS_CONFIG, "-1");

      // When
      Awaitility.await().until(() -> provisioner.problems(NAMES).size() >= 4);
      var provision = assertThatThrownBy(provisioner::provision);

      // Then
      assertThat(created).hasSize(Topics.ALL.size());
      provision
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "kafka: topic kompakt.payloads has max.message.bytes=1000, less than 1114112;"
                  + " topic kompakt.submissions has retention.ms=60000, less than 604800000;"
                  + " topic kompakt.limits has cleanup.policy=compact,delete, not compact;"
                  + " topic kompakt.sessions has cleanup.policy=compact, not compact,delete");
    }
  }

  @Test
  void shouldBringSettingsInLineWhenTheBrokerIsItsOwn(@TempDir Path home) throws Exception {
    // Given
    try (EmbeddedBroker broker = EmbeddedBroker.start(home.resolve("data"), TestBroker.ANY_PORT);
        KafkaClients clients = new KafkaClients(TestBroker.settings(broker), "topics-test");
        Admin admin = clients.admin()) {
      var _ = new TopicProvisioner(TestBroker.settings(broker), admin).provision();
      set(admin, Topics.SESSIONS, TopicConfig.CLEANUP_POLICY_CONFIG, "compact");
      set(admin, Topics.SESSIONS, TopicConfig.RETENTION_MS_CONFIG, "60000");
      set(admin, Topics.JOBS, TopicConfig.RETENTION_MS_CONFIG, "-1");
    }

    // When
    var otherPartitions =
        assertThatThrownBy(() -> Kompakt.up(HomeConfig.of(home, Map.of("kafka.lanes", "9"))));
    try (Kompakt process = Kompakt.up(HomeConfig.of(home));
        KafkaClients clients = new KafkaClients(at(process), "topics-test");
        Admin admin = clients.admin()) {

      // Then
      assertThat(new TopicProvisioner(at(process), admin).problems(NAMES)).isEmpty();
      assertThat(setting(admin, Topics.JOBS, TopicConfig.RETENTION_MS_CONFIG))
          .as("more than asked for is left")
          .isEqualTo("-1");
    }
    otherPartitions
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "kafka: topic kompakt.jobs has 8 partitions, the config asks for 9 (kafka.lanes);"
                + " partitions cannot be changed while records are kept");
  }

  @Test
  void shouldSayItIsUnreachableWhenNoBrokerAnswers() {
    // Given
    KompaktConfig.Kafka nowhere =
        new KompaktConfig.Kafka(
            "127.0.0.1:1",
            "unused",
            4,
            8,
            -1,
            Map.of("default.api.timeout.ms", "500", "request.timeout.ms", "300"));
    try (KafkaClients clients = new KafkaClients(nowhere, "topics-test");
        Admin admin = clients.admin()) {

      // When
      var provision = assertThatThrownBy(() -> new TopicProvisioner(nowhere, admin).provision());

      // Then
      provision
          .isInstanceOf(UnreachableException.class)
          .hasMessageContaining("no Kafka broker answers");
    }
  }

  private static KompaktConfig.Kafka at(Kompakt process) {
    return ConfigLoader.load(null, Map.of(), Map.of()).kafka().withBootstrap(process.broker());
  }

  private static String setting(Admin admin, Topic<?, ?> topic, String name) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    return Objects.requireNonNull(
            admin.describeConfigs(List.of(resource)).all().get().get(resource))
        .get(name)
        .value();
  }

  private static int partitions(Map<String, TopicDescription> described, Topic<?, ?> topic) {
    return Objects.requireNonNull(described.get(topic.name())).partitions().size();
  }

  private static void set(Admin admin, Topic<?, ?> topic, String name, String value)
      throws Exception {
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic.name()),
                List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
        .all()
        .get();
  }
}
