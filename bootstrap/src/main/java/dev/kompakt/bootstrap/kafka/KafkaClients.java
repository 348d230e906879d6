package dev.kompakt.bootstrap.kafka;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.config.Secret;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.topic.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Makes the Kafka clients of one role, all with the same settings. Owns one idempotent producer
/// that every [TopicWriter] shares; consumers belong to whoever asks for them. Thread-safe.
public final class KafkaClients implements AutoCloseable {
  /// No record is waited for longer than this; then its send has failed for good.
  static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(30);

  /// In a secret of several words, as of JAAS.
  private static final Pattern BETWEEN_WORDS = Pattern.compile("[\\s\"'=;]+");

  private static final int MAX_REQUEST_BYTES = 5 << 20;
  private static final int PRODUCER_MEMORY_BYTES = 24 << 20;

  private final KompaktConfig.Kafka kafka;
  private final String clientId;
  private final UnreadableRecords unreadable;
  private final KafkaProducer<byte[], byte[]> producer;

  /// Those of a process whose numbers nobody reads.
  public KafkaClients(KompaktConfig.Kafka kafka, String clientId) {
    this(kafka, clientId, new Meters());
  }

  /// Makes the shared producer; connects in the background.
  ///
  /// @param kafka with a real address in `bootstrap`, never `embedded`
  /// @param clientId what brokers and logs call this process
  public KafkaClients(KompaktConfig.Kafka kafka, String clientId, Meters meters) {
    if (kafka.embedded()) {
      throw new IllegalArgumentException("the embedded broker's address is not filled in");
    }
    this.kafka = kafka;
    this.clientId = clientId;
    unreadable = new UnreadableRecords(meters);
    Map<String, Object> settings = producerSettings();
    producer =
        make(
            settings,
            () ->
                new KafkaProducer<>(
                    settings, new ByteArraySerializer(), new ByteArraySerializer()));
  }

  /// What the shared producer is made with; what the config passes through does not undo it.
  Map<String, Object> producerSettings() {
    Map<String, Object> settings = common("producer");
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, PRODUCER_MEMORY_BYTES);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 15_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY_TIMEOUT.toMillis());
    return settings;
  }

  /// A writer to this topic over the shared producer.
  public <K, V> TopicWriter<K, V> writer(Topic<K, V> topic) {
    return new TopicWriter<>(topic, producer);
  }

  /// A consumer of raw records that sees committed transactions only and commits by itself nothing.
  ///
  /// @param purpose what it is for, part of its client id
  /// @param settings override the defaults
  public KafkaConsumer<byte[], byte[]> consumer(String purpose, Map<String, Object> settings) {
    Map<String, Object> merged = common(purpose);
    merged.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    merged.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    merged.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    merged.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    merged.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
    merged.putAll(settings);
    return make(
        merged,
        () ->
            new KafkaConsumer<>(merged, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
  }

  /// Who is told of records that cannot be read.
  public UnreadableRecords unreadable() {
    return unreadable;
  }

  /// An admin client; the caller closes it.
  public Admin admin() {
    Map<String, Object> settings = common("admin");
    settings.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
    settings.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    return make(settings, () -> Admin.create(settings));
  }

  /// What every client of this role starts from, the pass-through settings of the config included;
  /// for Kafka Streams, which makes its clients itself.
  public Map<String, Object> common(String purpose) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrap());
    settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId + "-" + purpose);
    settings.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, 50);
    settings.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
    settings.put("enable.metrics.push", false);
    settings.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
    kafka
        .client()
        .forEach((name, value) -> settings.put(name, Secret.reveal(value, "kafka.client." + name)));
    return settings;
  }

  private <C> C make(Map<String, Object> settings, Supplier<C> client) {
    try {
      return client.get();
    } catch (KafkaException e) {
      String why = concealing(settings, reason(e));
      if (why.contains("bootstrap")) {
        throw new UnreachableException(why, e);
      }
      throw new ConfigException("kafka.client", why);
    }
  }

  /// What it says in the end, for Kafka only says before that it failed to make something.
  private static String reason(Throwable failed) {
    Throwable last = failed;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return String.valueOf(last.getMessage());
  }

  /// Kafka's words, which may repeat a setting, without any word of a secret.
  private String concealing(Map<String, Object> settings, String words) {
    String told = words;
    for (Map.Entry<String, String> given : kafka.client().entrySet()) {
      if (Secret.isReference(given.getValue())) {
        String secret = String.valueOf(settings.get(given.getKey()));
        for (String word : BETWEEN_WORDS.splitAsStream(secret).toList()) {
          told = word.isEmpty() ? told : told.replace(word, "***");
        }
      }
    }
    return told;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
