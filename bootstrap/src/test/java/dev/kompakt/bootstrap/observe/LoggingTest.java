package dev.kompakt.bootstrap.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.KompaktConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LoggingTest {
  private static final String HOSTILE = "x\n23:59:59.000 ERROR forged\r\u001b[31m\u2028y";

  private static final PrintStream STDERR = System.err;

  /// The fuzz tests' agent, if it is in this JVM, tells on stderr of each class as it is loaded.
  @BeforeAll
  static void loadWhatIsLogged() {
    List.of(KompaktConfig.Log.Format.values()).forEach(LoggingTest::logged);
  }

  @AfterEach
  void restore() {
    System.setErr(STDERR);
    Logging.configure(
        new KompaktConfig.Log(KompaktConfig.Log.Format.PLAIN, KompaktConfig.Log.Level.INFO));
  }

  @Test
  void shouldWriteOneLineAnEventWhenValuesAndCausesHoldLineBreaks() {
    // When
    List<String> lines = logged(KompaktConfig.Log.Format.PLAIN);

    // Then
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst())
        .contains(
            "INFO  LoggingTest - compaction went x 23:59:59.000", "compaction=cmpn_1", "caused")
        .doesNotContain("\r", "\u001b", "\u2028");
  }

  @Test
  void shouldWriteOneObjectAnEventWhenTheFormatIsJson() {
    // When
    List<String> lines = logged(KompaktConfig.Log.Format.JSON);

    // Then
    assertThat(lines).hasSize(1);
    JsonNode event = new JsonMapper().readTree(lines.getFirst());
    assertThat(event.path("level").asString()).isEqualTo("INFO");
    assertThat(event.path("message").asString()).isEqualTo("compaction went " + HOSTILE);
    assertThat(event.path("kvpList").toString()).contains("{\"compaction\":\"cmpn_1\"}");
  }

  @Test
  void shouldSayNothingOfWhatIsNormalForKafka() {
    // Given
    ByteArrayOutputStream written = written(KompaktConfig.Log.Format.PLAIN);

    // When
    LoggerFactory.getLogger("kafka.server.DefaultAutoTopicCreationManager")
        .warn("Auto topic creation failed for __consumer_offsets");
    LoggerFactory.getLogger("org.apache.kafka.clients.producer.KafkaProducer")
        .error("Interrupted while joining ioThread");
    LoggerFactory.getLogger("org.apache.kafka.streams.processor.internals.StateDirectory")
        .error("Unable to obtain lock as state directory is already locked by another process");

    // Then
    assertThat(written.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  private static ByteArrayOutputStream written(KompaktConfig.Log.Format format) {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    Logging.configure(new KompaktConfig.Log(format, KompaktConfig.Log.Level.INFO));
    return written;
  }

  private static List<String> logged(KompaktConfig.Log.Format format) {
    ByteArrayOutputStream written = written(format);
    var logger = LoggerFactory.getLogger(LoggingTest.class);
    logger.atDebug().log("below the level");
    LoggerFactory.getLogger("org.apache.kafka").info("others only warn");
    logger
        .atInfo()
        .addKeyValue("compaction", "cmpn_1")
        .setCause(new IllegalStateException("caused\nby"))
        .log("compaction went " + HOSTILE);
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
