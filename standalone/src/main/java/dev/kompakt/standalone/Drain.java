package dev.kompakt.standalone;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.ingress.IngressService;
import dev.kompakt.workers.WorkerService;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The roles that have something in hand for others, and how they let it go: an ingress goes on
/// serving until load balancers have noticed; then neither role begins anything new, and both have
/// the same grace for what runs. The worker goes first, so that its lanes are soon another's and
/// requests parked here may still get their answers.
final class Drain implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

  private final Duration notice;
  private final Duration grace;
  private @Nullable IngressService ingress;
  private @Nullable WorkerService worker;

  Drain(KompaktConfig config) {
    notice = config.notice();
    grace = config.shutdown().grace();
  }

  IngressService ingress(IngressService service) {
    ingress = service;
    return service;
  }

  WorkerService worker(WorkerService service) {
    worker = service;
    return service;
  }

  @Override
  public void close() {
    IngressService serving = ingress;
    if (serving != null) {
      if (serving.leave()) {
        LOG.atInfo()
            .addKeyValue("notice_ms", notice.toMillis())
            .addKeyValue("grace_ms", grace.toMillis())
            .log("draining");
        pause(notice);
      }
      serving.turnAway();
    }
    long end = System.nanoTime() + grace.toNanos();
    try {
      if (worker != null) {
        worker.close(grace);
      }
    } finally {
      if (serving != null) {
        serving.close(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
      }
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      // then at once
      Thread.currentThread().interrupt();
    }
  }
}
