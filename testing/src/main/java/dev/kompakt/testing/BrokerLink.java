package dev.kompakt.testing;

import java.util.List;
import java.util.stream.Collectors;

/// One process' way to every broker of its [Cluster].
public final class BrokerLink implements AutoCloseable {
  private final List<FaultProxy> brokers;

  BrokerLink(List<FaultProxy> brokers) {
    this.brokers = List.copyOf(brokers);
  }

  /// Does this to the way to every broker.
  public void set(Fault fault) {
    brokers.forEach(link -> link.set(fault));
  }

  /// Everything passes again.
  public void heal() {
    brokers.forEach(FaultProxy::heal);
  }

  /// What the process takes for its brokers.
  String bootstrap() {
    return brokers.stream()
        .map(link -> "127.0.0.1:" + link.port())
        .collect(Collectors.joining(","));
  }

  @Override
  public void close() {
    brokers.forEach(FaultProxy::close);
  }
}
