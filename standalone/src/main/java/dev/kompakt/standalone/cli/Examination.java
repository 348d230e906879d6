package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.HostPort;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.TopicProvisioner;
import dev.kompakt.bootstrap.kafka.UnreachableException;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.standalone.broker.Running;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/// What the doctor looks at, given a config that can be read.
final class Examination {
  private static final int OLDEST_JDK = 25;
  private static final long LEAST_FREE_BYTES = 1L << 30;
  private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(5);

  private final KompaktConfig config;
  private final @Nullable Running running;

  Examination(KompaktConfig config) {
    this.config = config;
    Optional<Running> found =
        config.kafka().embedded() ? Brokers.running(config) : Optional.empty();
    running = found.orElse(null);
  }

  static Finding jdk() {
    Runtime.Version version = Runtime.version();
    return version.feature() >= OLDEST_JDK
        ? Finding.ok("jdk", version + " in " + System.getProperty("java.home"))
        : Finding.wrong("jdk", version + " is older than " + OLDEST_JDK);
  }

  List<Finding> all() {
    List<Finding> findings = new ArrayList<>();
    findings.add(directory());
    findings.add(port("ingress", "ingress.listen", config.ingress().listen()));
    findings.add(port("admin", "admin.listen", config.admin().listen()));
    findings.add(sealing());
    findings.addAll(broker());
    findings.addAll(accounts());
    return findings;
  }

  private Finding directory() {
    Path path = config.kafka().dataPath();
    Path existing = path;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    try {
      if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
        return Finding.wrong("directory", existing + " cannot be written; see kafka.dataDir");
      }
      long free = Files.getFileStore(existing).getUsableSpace();
      String space = String.format(Locale.ROOT, "%.1f GiB free", free / (double) (1 << 30));
      return free < LEAST_FREE_BYTES
          ? Finding.wrong("directory", path + ": only " + space)
          : Finding.ok("directory", path + ", " + space);
    } catch (IOException e) {
      return Finding.wrong("directory", path + ": " + e.getMessage());
    }
  }

  private Finding port(String what, String key, HostPort address) {
    Running ours = running;
    if (ours != null && isAt(what.equals("admin") ? ours.admin() : ours.ingress(), address)) {
      return Finding.ok(what, address + " is held by our process " + ours.pid());
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(address.address());
      return Finding.ok(what, address + " is free");
    } catch (IOException | IllegalArgumentException e) {
      return Finding.wrong(
          what, address + ": " + e.getMessage() + "; free it, or set " + key + " to another");
    }
  }

  private static boolean isAt(@Nullable String base, HostPort address) {
    return base != null && URI.create(base).getPort() == address.port();
  }

  private Finding sealing() {
    if (SealingKey.isToBeMade(config)) {
      return Finding.ok("sealing", config.sealing().key().file() + " is made at the first start");
    }
    try {
      var _ = SealingKey.load(config);
      return Finding.ok("sealing", config.sealing().key().reference());
    } catch (ConfigException e) {
      return Finding.wrong("sealing", String.valueOf(e.getMessage()));
    }
  }

  private List<Finding> broker() {
    if (config.kafka().embedded() && (running == null || running.broker() == null)) {
      return List.of(Finding.ok("broker", "embedded; not running, `kompakt up` starts it"));
    }
    KompaktConfig.Kafka kafka = Brokers.kafka(config);
    try (KafkaClients clients = new KafkaClients(kafka, "kompakt-doctor");
        Admin admin = clients.admin()) {
      TopicProvisioner topics = new TopicProvisioner(kafka, admin);
      List<String> missing = topics.missing().stream().<String>map(Topic::name).toList();
      List<Finding> findings = new ArrayList<>();
      findings.add(Finding.ok("broker", kafka.bootstrap() + " answers"));
      List<String> present =
          Topics.ALL.stream()
              .<String>map(Topic::name)
              .filter(name -> !missing.contains(name))
              .toList();
      topics.problems(present).forEach(p -> findings.add(Finding.wrong("topics", p)));
      if (findings.size() == 1) {
        findings.add(
            Finding.ok(
                "topics",
                missing.isEmpty() ? "all there" : "to be created at the next start: " + missing));
      }
      return findings;
    } catch (UnreachableException | ConfigException e) {
      return List.of(Finding.wrong("broker", kafka.bootstrap() + ": " + e.getMessage()));
    }
  }

  private List<Finding> accounts() {
    if (config.localOnly()) {
      return List.of(Finding.ok("accounts", "none: compactions are made locally"));
    }
    List<Finding> findings = new ArrayList<>();
    for (KompaktConfig.Provider provider : config.providers()) {
      String what = "provider " + provider.id();
      String problem = connect(provider.baseUrl());
      findings.add(
          problem == null
              ? Finding.ok(what, provider.baseUrl() + " accepts connections")
              : Finding.wrong(what, provider.baseUrl() + ": " + problem));
    }
    for (KompaktConfig.Account account : config.accounts()) {
      try {
        var _ = account.credential();
        findings.add(
            Finding.ok("account " + account.id(), "credential in " + account.secret().reference()));
      } catch (ConfigException e) {
        findings.add(Finding.wrong("account " + account.id(), String.valueOf(e.getMessage())));
      }
    }
    return findings;
  }

  private static @Nullable String connect(URI base) {
    int port =
        base.getPort() >= 0 ? base.getPort() : "http".equalsIgnoreCase(base.getScheme()) ? 80 : 443;
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(base.getHost(), port), (int) CONNECT_DEADLINE.toMillis());
      return null;
    } catch (IOException e) {
      return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
  }
}
