package dev.kompakt.standalone;

import dev.kompakt.bootstrap.kafka.Rights;
import dev.kompakt.ingress.IngressService;
import dev.kompakt.router.RouterService;
import dev.kompakt.workers.WorkerService;
import java.util.Locale;

/// What a process does.
public enum Role {
  INGRESS,
  WORKER,
  ROUTER;

  /// As it is written on the command line.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// What it must be allowed in Kafka.
  public Rights rights() {
    return switch (this) {
      case INGRESS -> IngressService.RIGHTS;
      case WORKER -> WorkerService.RIGHTS;
      case ROUTER -> RouterService.RIGHTS;
    };
  }
}
