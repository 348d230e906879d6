package dev.kompakt.bootstrap.config;

import static dev.kompakt.bootstrap.config.Bounds.between;
import static dev.kompakt.bootstrap.config.Bounds.range;

import java.time.Duration;

/// How requests are taken in.
public record IngressConfig(
    HostPort listen,
    ByteSize maxBodyBytes,
    Duration bodyDeadline,
    Duration bodyIdle,
    ByteSize maxBodyBytesInFlight,
    int maxRequests,
    Lanes lanes,
    Connections connections,
    ByteSize minBodyRate,
    Keepalive keepalive) {
  private static final ByteSize MOST_IN_FLIGHT = new ByteSize(1L << 40);

  public IngressConfig {
    range("ingress.maxBodyBytes", maxBodyBytes, ByteSize.KIB, ByteSize.MIB_256);
    range("ingress.maxRequests", maxRequests, 1, 1_000_000);
    between("ingress.bodyDeadline", bodyDeadline, Duration.ofSeconds(1), Duration.ofHours(1));
    between("ingress.bodyIdle", bodyIdle, Duration.ofMillis(100), Duration.ofMinutes(10));
    range("ingress.minBodyRate", minBodyRate, new ByteSize(0), ByteSize.MIB);
    range("ingress.maxBodyBytesInFlight", maxBodyBytesInFlight, ByteSize.KIB, MOST_IN_FLIGHT);
  }

  /// Room for each kind of request, so that none keeps the others out.
  ///
  /// @param admin status, events, cancellation and models
  public record Lanes(Lane compact, Lane responses, Lane admin) {
    public Lanes {
      compact.check("compact");
      responses.check("responses");
      admin.check("admin");
    }
  }

  /// Room for one kind of request.
  public record Lane(int maxRequests, ByteSize maxBodyBytesInFlight) {
    private void check(String name) {
      String key = "ingress.lanes." + name + ".";
      range(key + "maxRequests", maxRequests, 1, 1_000_000);
      range(key + "maxBodyBytesInFlight", maxBodyBytesInFlight, ByteSize.KIB, MOST_IN_FLIGHT);
    }
  }

  /// What connections may be held open at most, and for how long.
  public record Connections(int perAddress, Duration headTimeout, Duration idleTimeout) {
    public Connections {
      String key = "ingress.connections.";
      range(key + "perAddress", perAddress, 1, 1_000_000);
      between(key + "headTimeout", headTimeout, Duration.ofMillis(100), Duration.ofMinutes(5));
      between(key + "idleTimeout", idleTimeout, Duration.ofMillis(100), Duration.ofHours(1));
    }
  }

  public record Keepalive(Duration firstAfter, Duration every) {
    public Keepalive {
      between(
          "ingress.keepalive.firstAfter",
          firstAfter,
          Duration.ofMillis(50),
          Duration.ofSeconds(250));
      between("ingress.keepalive.every", every, Duration.ofMillis(50), Duration.ofSeconds(60));
    }
  }
}
