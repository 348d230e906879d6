package dev.kompakt.ingress.publish;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.bootstrap.kafka.TopicWriter;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.topic.Topics;

/// [Submissions] on `kompakt.submissions`.
public final class KafkaSubmissions implements Submissions {
  private final TopicWriter<CompactionId, Submission> writer;

  public KafkaSubmissions(KafkaClients clients) {
    writer = clients.writer(Topics.SUBMISSIONS);
  }

  @Override
  public void publish(Submission submission) throws NotAcceptedException {
    try {
      writer.sendAndWait(submission.compaction(), submission);
    } catch (NotWrittenException e) {
      throw new NotAcceptedException(e);
    }
  }
}
