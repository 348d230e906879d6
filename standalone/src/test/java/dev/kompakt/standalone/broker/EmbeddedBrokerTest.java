package dev.kompakt.standalone.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.HostPort;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.TopicProvisioner;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.topic.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path directory;

  @Test
  void shouldKeepItsRecordsWhenItIsRestarted() {
    // Given
    RecordMetadata written;
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, TestBroker.ANY_PORT)) {
      written = write(broker, "before");
    }

    // When
    String read;
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, TestBroker.ANY_PORT)) {
      read = read(broker, written);
    }

    // Then
    assertThat(read).isEqualTo("before");
  }

  @Test
  void shouldKeepItsRecordsWhenItIsKilled() throws Exception {
    // Given
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.kompakt.standalone.Main",
                "broker",
                "--listen",
                "127.0.0.1:0",
                "--data",
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("broker.log").toFile())
            .start();
    Awaitility.await()
        .atMost(SOON)
        .until(() -> DataDirectory.running(directory).map(Running::broker).isPresent());
    String bootstrap = DataDirectory.running(directory).map(Running::broker).orElseThrow();
    RecordMetadata written = write(bootstrap, "before");
    process.destroyForcibly().waitFor();

    // When
    Optional<Running> left = DataDirectory.running(directory);
    String read;
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, TestBroker.ANY_PORT)) {
      read = read(broker, written);
    }

    // Then
    assertThat(left).as("a stale running.json is no running process").isEmpty();
    assertThat(read).isEqualTo("before");
  }

  @Test
  void shouldNameTheHolderWhenItsDirectoryIsTaken() {
    // Given
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, TestBroker.ANY_PORT)) {
      broker.announce("http://127.0.0.1:1", "http://127.0.0.1:2");

      // When
      var second = assertThatThrownBy(() -> EmbeddedBroker.start(directory, TestBroker.ANY_PORT));

      // Then
      second
          .isInstanceOf(DirectoryInUseException.class)
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("process " + ProcessHandle.current().pid())
          .hasMessageContaining("http://127.0.0.1:1");
      assertThat(DataDirectory.running(directory))
          .hasValueSatisfying(
              running -> {
                assertThat(running.pid()).isEqualTo(ProcessHandle.current().pid());
                assertThat(running.broker()).isEqualTo(broker.bootstrap());
                assertThat(running.admin()).isEqualTo("http://127.0.0.1:2");
              });
    }
    assertThat(DataDirectory.running(directory)).isEmpty();
    assertThat(directory.resolve("running.json")).doesNotExist();
  }

  @Test
  void shouldSayWhichPortIsTakenAndLetTheDirectoryGoWhenItCannotListen() throws IOException {
    // Given
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      HostPort taken = new HostPort("127.0.0.1", other.getLocalPort());

      // When
      var start = assertThatThrownBy(() -> EmbeddedBroker.start(directory, taken));

      // Then
      start
          .isInstanceOf(PortTakenException.class)
          .hasMessageStartingWith(taken + " is taken by another process");
      assertThat(DataDirectory.running(directory)).isEmpty();
    }
  }

  @Test
  void shouldTakeAnotherControllerPortWhenTheRememberedOneIsTaken() throws IOException {
    // Given
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, TestBroker.ANY_PORT)) {
      assertThat(broker.bootstrap()).startsWith("127.0.0.1:");
    }
    Path remembered = directory.resolve("controller.port");
    int port = Integer.parseInt(Files.readString(remembered).strip());

    // When
    try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        EmbeddedBroker broker = EmbeddedBroker.start(directory, TestBroker.ANY_PORT)) {
      // Then
      assertThat(write(broker, "after").hasOffset()).isTrue();
      assertThat(Files.readString(remembered).strip())
          .isNotEqualTo(Integer.toString(other.getLocalPort()));
    }
  }

  private static RecordMetadata write(EmbeddedBroker broker, String text) {
    return write(broker.bootstrap(), text);
  }

  private static RecordMetadata write(String bootstrap, String text) {
    var kafka = TestBroker.kafka().withBootstrap(bootstrap);
    try (KafkaClients clients = new KafkaClients(kafka, "test");
        Admin admin = clients.admin()) {
      new TopicProvisioner(kafka, admin).provision();
      return clients
          .writer(Topics.PAYLOADS)
          .sendAndWait(PayloadId.random(), text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String read(EmbeddedBroker broker, RecordMetadata written) {
    try (KafkaClients clients = new KafkaClients(TestBroker.settings(broker), "test");
        KafkaConsumer<byte[], byte[]> consumer = clients.consumer("reader", Map.of())) {
      TopicPartition partition = new TopicPartition(written.topic(), written.partition());
      consumer.assign(List.of(partition));
      consumer.seek(partition, written.offset());
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(20))) {
        return new String(record.value(), StandardCharsets.UTF_8);
      }
      return "nothing";
    }
  }
}
