package dev.kompakt.router.topology;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A record no broker will ever take is left out, so that it cannot stop the task for good; its
/// attempt is then found overdue. Everything else is tried again or stops the thread.
public final class SendFailureHandler implements ProductionExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(SendFailureHandler.class);

  @Override
  public Response handleError(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
    if (exception instanceof RecordTooLargeException) {
      LOG.atError()
          .addKeyValue("topic", record.topic())
          .addKeyValue("bytes", record.value() == null ? 0 : record.value().length)
          .log("a record is too large for its topic and is left out");
      return Response.resume();
    }
    return exception instanceof RetriableException ? Response.retry() : Response.fail();
  }

  @Override
  public void configure(Map<String, ?> configs) {
    // nothing to set
  }
}
