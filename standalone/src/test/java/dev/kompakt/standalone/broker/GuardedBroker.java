package dev.kompakt.standalone.broker;

import dev.kompakt.bootstrap.config.HostPort;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/// A broker as clusters run them: clients come by TLS, say who they are (SASL, by PLAIN or SCRAM),
/// and may do nothing that no ACL allows. A second listener lets whoever comes do all.
final class GuardedBroker implements AutoCloseable {
  private static final int ITERATIONS = 4096;
  private static final List<ScramMechanism> SCRAM =
      List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512);

  private final KafkaRaftServer server;
  private final Listener open;
  private final Listener guarded;
  private final Certificate certificate;

  /// Starts one that knows these users, by [#password].
  GuardedBroker(Path directory, List<String> users) throws Exception {
    open = Listener.at(TestBroker.ANY_PORT).free();
    guarded = Listener.at(TestBroker.ANY_PORT).free();
    certificate = Certificate.make(directory);
    Quorum quorum = Quorum.alone(Ports.free(TestBroker.ANY_PORT));
    Path logs = Files.createDirectories(directory.resolve("broker"));
    new Formatter()
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(quorum.node())
        .addDirectory(logs.toString())
        .setMetadataLogDirectory(logs.toString())
        .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
        .setControllerListenerName(BrokerSettings.CONTROLLER)
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .run();
    Map<String, Object> settings =
        new HashMap<>(BrokerSettings.of(logs, List.of(open, guarded), quorum));
    settings.put(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT,CLIENTS_1:SASL_SSL,CONTROLLER:PLAINTEXT");
    settings.put("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512");
    settings.put("ssl.keystore.type", "PKCS12");
    settings.put("ssl.keystore.location", certificate.keystore().toString());
    settings.put("ssl.keystore.password", Certificate.PASSWORD);
    settings.put(
        "listener.name.clients_1.plain.sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required "
            + users.stream()
                .map(user -> "user_" + user + "=\"" + password(user) + "\"")
                .collect(Collectors.joining(" "))
            + ";");
    for (ScramMechanism scram : SCRAM) {
      settings.put(
          "listener.name.clients_1."
              + scram.mechanismName().toLowerCase(Locale.ROOT)
              + ".sasl.jaas.config",
          "org.apache.kafka.common.security.scram.ScramLoginModule required;");
    }
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    settings.put("super.users", "User:ANONYMOUS");
    server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
    server.startup();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", open().toString()))) {
      for (ScramMechanism scram : SCRAM) {
        admin
            .alterUserScramCredentials(users.stream().map(user -> login(scram, user)).toList())
            .all()
            .get();
      }
    }
  }

  private static UserScramCredentialAlteration login(ScramMechanism scram, String user) {
    return new UserScramCredentialUpsertion(
        user, new ScramCredentialInfo(scram, ITERATIONS), password(user));
  }

  static String password(String user) {
    return "secret-of-" + user;
  }

  /// Where everything is allowed.
  HostPort open() {
    return open.advertised();
  }

  /// Where ACLs hold.
  HostPort guarded() {
    return guarded.advertised();
  }

  /// What clients are to trust, as PEM.
  Path certificate() {
    return certificate.pem();
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
