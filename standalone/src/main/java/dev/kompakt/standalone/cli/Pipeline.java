package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.ClientKey;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.observe.RoleFailedException;
import dev.kompakt.standalone.Kompakt;
import dev.kompakt.standalone.broker.Running;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The Kompakt a batch goes through: one that runs already, or one of its own, which nobody else
/// can call and which ends with it.
final class Pipeline implements AutoCloseable {
  private static final Duration OTHERS_START = Duration.ofSeconds(15);

  private final String dataPlane;
  private final String admin;
  private final @Nullable String key;
  private final @Nullable String adminKey;
  private final Duration deadline;
  private final @Nullable Kompakt own;

  private Pipeline(
      String dataPlane,
      String admin,
      @Nullable String key,
      @Nullable String adminKey,
      Duration deadline,
      @Nullable Kompakt own) {
    this.dataPlane = dataPlane;
    this.admin = admin;
    this.key = key;
    this.adminKey = adminKey;
    this.deadline = deadline;
    this.own = own;
  }

  /// Finds or starts one.
  ///
  /// @throws RuntimeException as [Kompakt#up] does
  static Pipeline open(GlobalOptions options, Progress progress) {
    KompaktConfig config = options.load(Map.of("log.level", "warn"), Map.of());
    Optional<Running> running =
        config.kafka().embedded() ? awaitAnnounced(config) : Optional.empty();
    if (running.isPresent()) {
      return of(running.get(), config);
    }
    progress.phase("starting");
    String key = randomKey();
    KompaktConfig alone =
        options.load(
            Map.of("log.level", "warn"),
            Map.of(
                "ingress.listen", "127.0.0.1:0",
                "admin.listen", "127.0.0.1:0",
                "shutdown.notice", "0s",
                "clients",
                    "[{ id: local, keySha256: "
                        + HexFormat.of().formatHex(ClientKey.sha256(key))
                        + " }]"));
    Kompakt own = Kompakt.up(alone);
    return new Pipeline(
        Objects.requireNonNull(own.dataPlane()),
        Objects.requireNonNull(own.adminPlane()),
        key,
        alone.admin().credential(),
        alone.compaction().deadline(),
        own);
  }

  private static Pipeline of(Running running, KompaktConfig config) {
    String dataPlane = running.ingress();
    String admin = running.admin();
    if (dataPlane == null || admin == null) {
      throw new CommandFailedException(
          ExitCode.FAILED,
          config.kafka().dataPath()
              + " is used by process "
              + running.pid()
              + ", which serves no requests; stop it, or set kafka.dataDir to another directory");
    }
    String clientKey = System.getenv("KOMPAKT_KEY");
    if (clientKey == null && config.keyed()) {
      throw new CommandFailedException(
          ExitCode.BAD_CONFIG,
          "the Kompakt of process "
              + running.pid()
              + " asks its clients for a key; put yours into KOMPAKT_KEY");
    }
    return new Pipeline(
        dataPlane,
        admin,
        clientKey,
        config.admin().credential(),
        config.compaction().deadline(),
        null);
  }

  /// A process that has just been started is waited for.
  private static Optional<Running> awaitAnnounced(KompaktConfig config) {
    long deadline = System.nanoTime() + OTHERS_START.toNanos();
    Optional<Running> running = Brokers.running(config);
    while (running.isPresent() && running.get().ingress() == null && System.nanoTime() < deadline) {
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CommandFailedException(ExitCode.INTERRUPTED, "interrupted");
      }
      running = Brokers.running(config);
    }
    return running;
  }

  private static String randomKey() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /// A client of it; the caller closes it.
  CompactionClient client() {
    return new CompactionClient(dataPlane, key, adminKey);
  }

  /// Returns while compactions can come to an end here.
  ///
  /// @throws RoleFailedException if a role of its own Kompakt has given up
  void check() {
    if (own != null) {
      own.check();
    }
  }

  /// How long one compaction takes at most.
  Duration deadline() {
    return deadline;
  }

  /// Base address of its admin plane.
  String admin() {
    return admin;
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }
}
