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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
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
  void shouldSayThatTheBrokersDoNotLetItInWhenThePasswordIsWrong() {
    // When
    var nobody = assertThatThrownBy(() -> start("nobody", Role.WORKER));

    // Then
    nobody
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("kafka.client: the brokers do not let this process in");
  }

  private static Kompakt start(String user, Role role) throws Exception {
    Path login =
        Files.writeString(
            home.resolve(user + ".jaas"),
            "org.apache.kafka.common.security.plain.PlainLoginModule required username=\""
                + user
                + "\" password=\""
                + user
                + "\";");
    return Kompakt.start(
        HomeConfig.of(
            home,
            Map.of(
                "kafka.bootstrap",
                broker.guarded().toString(),
                "kafka.dataDir",
                home.resolve(user).toString(),
                "kafka.client.security.protocol",
                "SASL_PLAINTEXT",
                "kafka.client.sasl.mechanism",
                "PLAIN",
                "kafka.client.sasl.jaas.config",
                "file:" + login)),
        EnumSet.of(role));
  }
}
