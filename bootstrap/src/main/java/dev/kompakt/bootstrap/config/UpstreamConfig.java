package dev.kompakt.bootstrap.config;

import static dev.kompakt.bootstrap.config.Bounds.between;
import static dev.kompakt.bootstrap.config.Bounds.range;

import java.time.Duration;

/// How providers are called.
public record UpstreamConfig(
    Duration connectTimeout,
    Duration headerTimeout,
    Duration idleTimeout,
    Duration totalTimeout,
    ByteSize maxResponseBytes) {
  public UpstreamConfig {
    between(
        "upstream.connectTimeout", connectTimeout, Duration.ofMillis(10), Duration.ofMinutes(5));
    between("upstream.headerTimeout", headerTimeout, Duration.ofMillis(10), Duration.ofHours(2));
    between("upstream.idleTimeout", idleTimeout, Duration.ofMillis(10), Duration.ofHours(2));
    between("upstream.totalTimeout", totalTimeout, Duration.ofMillis(10), Duration.ofHours(6));
    range("upstream.maxResponseBytes", maxResponseBytes, ByteSize.KIB, ByteSize.MIB_256);
  }
}
