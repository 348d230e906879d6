package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.ClientKey;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Canaries are put into everything that comes in, and looked for in everything that is left behind
/// where they must not be: logs at their most talkative, metrics, the admin plane, errors, records
/// and their headers, command lines.
class CanaryIT {
  private static final String TEXT = Canaries.TEXT;
  private static final String SECRET = Canaries.SECRET;

  private final FakeUpstream upstream = FakeUpstream.start();
  private final HttpClient http = HttpClient.newHttpClient();
  private final ClientKey client = ClientKey.create(new SecureRandom());
  private final List<String> errors = new ArrayList<>();

  @TempDir private Path home;

  @AfterEach
  void end() {
    http.close();
    upstream.close();
  }

  private static String history(int number) {
    return """
    [{"type":"message","role":"user","content":[{"type":"input_text","text":"%1$s %2$d"}]},\
    {"type":"function_call","call_id":"c%2$d","name":"shell","arguments":"{\\"cmd\\":\\"%1$s\\"}"},\
    {"type":"function_call_output","call_id":"c%2$d","output":"%1$s"}]"""
        .formatted(TEXT, number);
  }

  private static String compact(int number) {
    return "{\"model\":\"gpt-5.5\",\"instructions\":\"%s\",\"prompt_cache_key\":\"%s\",\"input\":%s}"
        .formatted(TEXT, TEXT, history(number));
  }

  private HttpResponse<String> post(URI base, String path, String key, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(base.resolve(path))
                .timeout(Duration.ofSeconds(40))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .header("idempotency-key", TEXT + body.hashCode())
                .header("session-id", TEXT)
                .header("x-codex-turn-metadata", TEXT)
                .header("x-codex-turn-state", TEXT)
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    if (response.statusCode() >= 400) {
      errors.add(response.body());
    }
    return response;
  }

  @Test
  void shouldLeaveNoSecretAndNoTextBehind() throws Exception {
    // Given
    Path accountKey = Files.writeString(home.resolve("account.key"), SECRET + "account");
    Path adminKey = Files.writeString(home.resolve("admin.key"), SECRET + "admin");
    String config =
        """
        ingress: { keepalive: { firstAfter: 30s, every: 1s } }
        admin: { key: "file:%s" }
        compaction: { deadline: 25s }
        providers: [{ id: fake, baseUrl: "%s", mode: summarize }]
        accounts: [{ id: team-a, provider: fake, apiKey: "file:%s" }]
        clients: [{ id: alice, key: %s, keySha256: %s }]
        """
            .formatted(adminKey, upstream.baseUrl(), accountKey, client.id(), client.sha256());
    upstream.summarizing(_ -> TEXT + " summary");
    Map<String, String> left = new HashMap<>();
    Path logs;
    try (Deployment kompakt = Deployment.inProcesses(home, config)) {
      // When
      everythingHappens(kompakt.data());

      // Then
      left.put("metrics", admin(kompakt, "/metrics"));
      left.put("compactions", admin(kompakt, "/admin/v1/compactions"));
      records(kompakt.broker(), left);
      ProcessHandle.current()
          .descendants()
          .forEach(process -> left.put("ps " + process.pid(), commandLine(process)));
      logs = kompakt.logs();
    }
    try (Stream<Path> files = Files.list(logs)) {
      for (Path log : files.filter(file -> file.toString().endsWith(".log")).toList()) {
        left.put(log.getFileName().toString(), Files.readString(log));
      }
    }
    assertThat(left).containsKeys("metrics", "ingress.log", "worker.log", "router.log");
    assertThat(left.keySet()).filteredOn(name -> name.startsWith("kompakt.outcomes")).isNotEmpty();
    assertThat(left.get("metrics")).contains("kompakt_turns");
    for (String canary : List.of(TEXT, SECRET, client.reveal(), Canaries.SEALING_KEY)) {
      assertThat(left.entrySet())
          .filteredOn(entry -> entry.getValue().contains(canary))
          .extracting(Map.Entry::getKey)
          .as("%s is found", Canaries.ALL.getOrDefault(canary, "the client's key"))
          .isEmpty();
    }
    assertThat(errors)
        .hasSizeGreaterThan(4)
        .noneMatch(error -> error.contains(SECRET) || error.contains(client.reveal()));
  }

  private void everythingHappens(URI base) throws Exception {
    String key = client.reveal();
    assertThat(post(base, "/v1/responses/compact", key, compact(1)).statusCode()).isEqualTo(200);
    String trigger =
        "{\"model\":\"gpt-5.5\",\"stream\":true,\"input\":%s}"
            .formatted(history(2).replaceFirst("]$", ",{\"type\":\"compaction_trigger\"}]"));
    assertThat(post(base, "/v1/responses", key, trigger).body()).contains("response.completed");
    String turn = "{\"model\":\"gpt-5.5\",\"stream\":true,\"input\":%s}".formatted(history(3));
    assertThat(post(base, "/v1/responses", key, turn).body()).contains("response.completed");
    post(base, "/v1/responses/compact", key, "{\"model\":\"m\",\"" + TEXT + "\":" + TEXT + "}");
    post(base, "/v1/responses/compact", key, compact(4).replace("\"input\":[", "\"input\":[7,"));
    post(base, "/v1/responses/compact", SECRET, compact(5));
    post(base, "/v1/responses/compact", "kmpk_" + SECRET, compact(5));
    fails(base, 6, Reply.error(400, "invalid_request_error", "invalid_value", TEXT + SECRET));
    fails(base, 7, Reply.status(200, Map.of(), "{\"error\":\"" + TEXT + "\"}" + TEXT));
    fails(base, 8, Reply.unauthorized());
  }

  /// A compaction and a turn that upstream refuses.
  private void fails(URI base, int number, Reply reply) throws Exception {
    upstream.answering((Call _) -> reply);
    post(base, "/v1/responses/compact", client.reveal(), compact(number));
    if (number != 6) {
      // a request's own error is passed on in upstream's own words
      post(
          base,
          "/v1/responses",
          client.reveal(),
          "{\"model\":\"gpt-5.5\",\"input\":%s}".formatted(history(100 + number)));
    }
  }

  private String admin(Deployment kompakt, String path) throws Exception {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(kompakt.admin().resolve(path))
                .header("authorization", "Bearer " + SECRET + "admin")
                .build(),
            BodyHandlers.ofString());
    assertThat(response.statusCode()).as(path).isEqualTo(200);
    return response.body();
  }

  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
    } catch (IOException e) {
      return "";
    }
  }

  /// Every record of every topic, as it lies there, keys and headers with it.
  private static void records(String broker, Map<String, String> into) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      Predicate<String> ours = topic -> topic.startsWith("kompakt");
      List<TopicPartition> partitions =
          consumer.listTopics().entrySet().stream()
              .filter(topic -> ours.test(topic.getKey()))
              .flatMap(topic -> topic.getValue().stream())
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          StringBuilder text = new StringBuilder(text(record.key())).append(text(record.value()));
          for (Header header : record.headers()) {
            text.append(header.key()).append(text(header.value()));
          }
          into.merge(record.topic(), text.toString(), String::concat);
        }
      }
    }
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
