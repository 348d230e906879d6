package dev.kompakt.ingress.publish;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.bootstrap.kafka.TopicWriter;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.topic.Topics;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.RecordMetadata;

/// [Submissions] on `kompakt.submissions`.
public final class KafkaSubmissions implements Submissions {
  private final TopicWriter<CompactionId, Submission> writer;

  public KafkaSubmissions(KafkaClients clients) {
    writer = clients.writer(Topics.SUBMISSIONS);
  }

  @Override
  public void publish(Submission submission) throws NotAcceptedException {
    try {
      CompletableFuture<RecordMetadata> sent = writer.send(submission.compaction(), submission);
      CrashPoint.INGRESS_SUBMISSION_SENT.pass();
      var _ = TopicWriter.await(sent);
    } catch (NotWrittenException e) {
      throw new NotAcceptedException(e);
    }
  }
}
