package dev.kompakt.ingress;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;

/// Asks Kafka every now and then whether it is there, so that readiness need not wait for it.
final class KafkaProbe implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration BELIEVED = Duration.ofSeconds(20);

  private final Admin admin;
  private final Thread thread;
  private volatile long answeredNanos = System.nanoTime();

  /// Asks by this client, and closes it in the end.
  KafkaProbe(Admin admin) {
    this.admin = admin;
    thread = Thread.ofVirtual().name("kafka-probe").start(this::run);
  }

  /// Whether it answered lately.
  boolean answers() {
    return System.nanoTime() - answeredNanos < BELIEVED.toNanos();
  }

  private void run() {
    try {
      while (true) {
        try {
          var _ =
              admin.describeCluster().clusterId().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
          answeredNanos = System.nanoTime();
        } catch (ExecutionException | TimeoutException e) {
          // the next answer counts, or the missing of it
        }
        Thread.sleep(EVERY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    admin.close(Duration.ofSeconds(1));
  }
}
