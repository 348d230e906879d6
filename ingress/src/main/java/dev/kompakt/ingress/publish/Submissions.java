package dev.kompakt.ingress.publish;

import dev.kompakt.schemas.record.Submission;

/// Where submissions are published.
@FunctionalInterface
public interface Submissions {
  /// Publishes one and waits until it is durable.
  ///
  /// @throws NotAcceptedException if it is not known to be
  void publish(Submission submission) throws NotAcceptedException;
}
