package dev.kompakt.ingress.relay;

import dev.kompakt.schemas.record.TurnFinished;

/// Where ended calls are reported. Neither waits nor throws: a turn is not to suffer from it.
@FunctionalInterface
public interface TurnReports {
  void report(TurnFinished turn);
}
