package dev.kompakt.standalone.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.Rights;
import dev.kompakt.bootstrap.kafka.TopicProvisioner;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.standalone.HomeConfig;
import dev.kompakt.standalone.Kompakt;
import dev.kompakt.standalone.Role;
import dev.kompakt.standalone.cli.Launched;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Roles at a broker that allows each what docs/operations.md says it needs, and nothing else.
class RightsTest {
  private static final String BARRED = "barred";
  private static final String STRANGER = "stranger";

  /// How users log in who do not by PLAIN: between them, the roles show every way.
  private static final Map<String, String> SCRAM =
      Map.of("router", "SCRAM-SHA-512", "ingress", "SCRAM-SHA-256");

  @TempDir private static Path home;

  private static GuardedBroker broker;

  @BeforeAll
  static void start() throws Exception {
    List<String> users = new ArrayList<>(List.of(BARRED, STRANGER));
    Arrays.stream(Role.values()).map(Role::text).forEach(users::add);
    broker = new GuardedBroker(home, users);
    Files.writeString(
        home.resolve("sealing.key"), Base64.getEncoder().encodeToString(new byte[32]));
    KompaktConfig.Kafka open =
        HomeConfig.of(home, Map.of("kafka.bootstrap", broker.open().toString())).kafka();
    try (KafkaClients clients = new KafkaClients(open, "setup");
        Admin admin = clients.admin()) {
      new TopicProvisioner(open, admin).provision();
      List<AclBinding> acls = new ArrayList<>();
      for (Role role : Role.values()) {
        acls.addAll(acls(role.text(), role.rights()));
      }
      Rights worker = Role.WORKER.rights();
      acls.addAll(
          acls(BARRED, worker).stream()
              .filter(
                  acl ->
                      !acl.pattern().name().equals(Topics.OUTCOMES.name())
                          || acl.entry().operation() != AclOperation.WRITE)
              .filter(acl -> acl.pattern().resourceType() != ResourceType.GROUP)
              .toList());
      admin.createAcls(acls).all().get();
      Awaitility.await()
          .until(() -> admin.describeAcls(AclBindingFilter.ANY).values().get().containsAll(acls));
    }
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static List<AclBinding> acls(String user, Rights rights) {
    List<AclBinding> acls = new ArrayList<>();
    Topics.ALL.forEach(
        topic -> {
          acls.add(acl(user, ResourceType.TOPIC, topic.name(), AclOperation.DESCRIBE));
          acls.add(acl(user, ResourceType.TOPIC, topic.name(), AclOperation.DESCRIBE_CONFIGS));
        });
    rights
        .topics()
        .forEach(
            (topic, operations) ->
                operations.forEach(
                    operation -> acls.add(acl(user, ResourceType.TOPIC, topic.name(), operation))));
    rights
        .groups()
        .forEach((group, operation) -> acls.add(acl(user, ResourceType.GROUP, group, operation)));
    for (String prefix : rights.transactional()) {
      acls.add(own(user, ResourceType.TRANSACTIONAL_ID, prefix, AclOperation.WRITE));
      for (AclOperation operation : Rights.ON_OWN_TOPICS) {
        acls.add(own(user, ResourceType.TOPIC, prefix, operation));
      }
    }
    return acls;
  }

  private static AclBinding acl(
      String user, ResourceType type, String name, AclOperation operation) {
    return binding(user, new ResourcePattern(type, name, PatternType.LITERAL), operation);
  }

  private static AclBinding own(
      String user, ResourceType type, String prefix, AclOperation operation) {
    return binding(user, new ResourcePattern(type, prefix, PatternType.PREFIXED), operation);
  }

  private static AclBinding binding(String user, ResourcePattern pattern, AclOperation operation) {
    return new AclBinding(
        pattern, new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW));
  }

  @Test
  void shouldCompactWhenEachRoleIsAllowedWhatItNeedsAndNothingElse() throws Exception {
    // Given
    try (Kompakt router = start("router", Role.ROUTER);
        Kompakt worker = start("worker", Role.WORKER);
        Kompakt ingress = start("ingress", Role.INGRESS);
        HttpClient http = HttpClient.newHttpClient()) {

      // When
      HttpRequest.Builder request = HttpRequest.newBuilder();
      HttpResponse<String> answer =
          http.send(
              request
                  .uri(URI.create(ingress.dataPlane() + "/v1/responses/compact"))
                  .header("content-type", "application/json")
                  .POST(
                      BodyPublishers.ofString(
                          "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                  .build(),
              BodyHandlers.ofString());
      HttpResponse<String> unknown =
          http.send(
              request
                  .uri(URI.create(ingress.dataPlane() + "/v1/compactions/cmpn_" + "0".repeat(40)))
                  .GET()
                  .build(),
              BodyHandlers.ofString());

      // Then
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(unknown.statusCode()).as(unknown.body()).isEqualTo(404);
      assertThat(List.of(router.broker(), worker.broker()))
          .containsOnly(broker.guarded().toString());
    }
  }

  @Test
  void shouldNameEveryRightThatIsMissing() {
    // When
    var barred = assertThatThrownBy(() -> start(BARRED, Role.WORKER));
    var stranger = assertThatThrownBy(() -> start(STRANGER, Role.ROUTER));

    // Then
    barred
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "kafka: an ACL is missing that allows this process WRITE on topic kompakt.outcomes;"
                + " an ACL is missing that allows this process READ on group kompakt-workers");
    stranger
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(
            "DESCRIBE on topic kompakt.submissions",
            "READ on group kompakt.router",
            "WRITE on transactional id kompakt.router-*");
  }

  @Test
  void shouldExitForItsConfigAndTellNoPasswordWhenTheBrokersDoNotLetItIn() throws Exception {
    // Given
    Map<String, String> settings = settings("nobody");
    List<String> command =
        new ArrayList<>(List.of("worker", "--config", "/dev/null", "--set", "log.level=debug"));
    settings.forEach((name, value) -> command.addAll(List.of("--set", name + "=" + value)));

    // When
    Launched launched = Launched.in(home, command.toArray(String[]::new));

    // Then
    assertThat(launched.exit(Duration.ofSeconds(60))).isEqualTo(78);
    assertThat(launched.output())
        .contains(
            "kafka.client: the brokers do not let this process in: Authentication failed: Invalid"
                + " username or password")
        .doesNotContain(GuardedBroker.password("nobody"));
  }

  @Test
  void shouldSayThatTheBrokersAreNotTrustedWhenNothingVouchesForThem() throws Exception {
    // Given
    Map<String, String> settings = settings(Role.WORKER.text());
    settings.keySet().removeIf(name -> name.contains("truststore"));

    // When
    var start =
        assertThatThrownBy(
            () -> Kompakt.start(HomeConfig.of(home, settings), EnumSet.of(Role.WORKER)));

    // Then
    start
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("kafka.client: ")
        .hasMessageContaining("SSL handshake failed");
  }

  @Test
  void shouldRepeatNothingOfASecretWhenASettingIsWrong() throws Exception {
    // Given
    Path secret = Files.writeString(home.resolve("secret"), "hunter2 hunter3;");
    Map<String, String> number = settings(Role.WORKER.text());
    number.put("kafka.client.retries", "file:" + secret);
    Map<String, String> login = settings(Role.WORKER.text());
    login.put("kafka.client.sasl.jaas.config", "file:" + secret);

    for (Map<String, String> wrong : List.of(number, login)) {
      // When
      var start =
          assertThatThrownBy(
              () -> Kompakt.start(HomeConfig.of(home, wrong), EnumSet.of(Role.WORKER)));

      // Then
      start
          .isInstanceOf(ConfigException.class)
          .hasMessageStartingWith("kafka.client: ")
          .hasMessageContaining("***")
          .message()
          .doesNotContain("hunter");
    }
  }

  private static Kompakt start(String user, Role role) throws Exception {
    return Kompakt.start(HomeConfig.of(home, settings(user)), EnumSet.of(role));
  }

  private static Map<String, String> settings(String user) throws IOException {
    String mechanism = SCRAM.getOrDefault(user, "PLAIN");
    Path login =
        Files.writeString(
            home.resolve(user + ".jaas"),
            "org.apache.kafka.common.security."
                + (mechanism.equals("PLAIN") ? "plain.Plain" : "scram.Scram")
                + "LoginModule required username=\""
                + user
                + "\" password=\""
                + GuardedBroker.password(user)
                + "\";");
    Map<String, String> settings = new HashMap<>();
    settings.put("kafka.bootstrap", broker.guarded().toString());
    settings.put("kafka.dataDir", home.resolve(user).toString());
    settings.put("kafka.client.security.protocol", "SASL_SSL");
    settings.put("kafka.client.sasl.mechanism", mechanism);
    settings.put("kafka.client.sasl.jaas.config", "file:" + login);
    settings.put("kafka.client.ssl.truststore.type", "PEM");
    settings.put("kafka.client.ssl.truststore.certificates", "file:" + broker.certificate());
    settings.put("sealing.key", "file:" + home.resolve("sealing.key"));
    settings.put("clientsFile", home.resolve("clients.yaml").toString());
    settings.put("ingress.listen", "127.0.0.1:0");
    settings.put("admin.listen", "127.0.0.1:0");
    return settings;
  }
}
