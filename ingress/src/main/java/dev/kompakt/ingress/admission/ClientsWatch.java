package dev.kompakt.ingress.admission;

import dev.kompakt.bootstrap.config.ClientsFile;
import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the file of client keys, on a virtual thread. A file that cannot be understood, or that
/// goes away, leaves the last good keys: neither lets in whoever asks.
public final class ClientsWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClientsWatch.class);
  private static final Duration EVERY = Duration.ofMillis(500);

  private final ClientsFile file;
  private final Clients clients;
  private volatile boolean broken;
  private @Nullable Stamp seen;
  private @Nullable Thread thread;

  /// What changes when a file does.
  private record Stamp(FileTime modified, long size, @Nullable Object identity) {}

  /// Makes one that has read the file once.
  ///
  /// @throws ConfigException if it cannot be understood
  public ClientsWatch(ClientsFile file, Clients clients, Meters meters) {
    this.file = file;
    this.clients = clients;
    seen = stamp();
    if (seen != null) {
      clients.learn(file.read());
    }
    meters.gauge(Meter.CLIENT_KEYS, clients::size);
    meters.gauge(Meter.CLIENTS_FILE_BROKEN, () -> broken ? 1 : 0);
  }

  /// Begins to follow.
  public synchronized void start() {
    thread = Thread.ofVirtual().name("clients-file").start(this::follow);
  }

  private void follow() {
    try {
      while (true) {
        Thread.sleep(EVERY);
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    Stamp now = stamp();
    if (now == null ? seen == null : now.equals(seen)) {
      return;
    }
    seen = now;
    try {
      if (now == null) {
        throw new ConfigException(file.path().toString(), "is gone");
      }
      clients.learn(file.read());
      broken = false;
      LOG.atInfo().addKeyValue("keys", clients.size()).log("client keys read anew");
    } catch (RuntimeException e) {
      broken = true;
      LOG.atError()
          .addKeyValue("problem", e instanceof ConfigException ? e.getMessage() : e.getClass())
          .log("the file of client keys cannot be used; the last good keys hold");
    }
  }

  private @Nullable Stamp stamp() {
    try {
      BasicFileAttributes found = Files.readAttributes(file.path(), BasicFileAttributes.class);
      return new Stamp(found.lastModifiedTime(), found.size(), found.fileKey());
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public synchronized void close() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}
