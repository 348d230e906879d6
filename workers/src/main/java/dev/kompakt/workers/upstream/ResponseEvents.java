package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.ErrorBody;
import dev.kompakt.bootstrap.upstream.StrictJson;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import java.io.IOException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Reads the stream of a response to its terminal event, and on the way what it says of quotas.
final class ResponseEvents {
  /// What is gathered from a stream.
  interface Result {
    /// Takes an event that does not end the response.
    ///
    /// @param data the event as it was written
    void event(String type, JsonNode event, byte[] data) throws IOException;

    /// The response was completed.
    Reply completed(JsonNode response);
  }

  private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

  private ResponseEvents() {}

  static Reply read(
      ResponseBody body, Result result, Classification failures, UsageReadings readings)
      throws IOException {
    Reply reply;
    try (SseReader events = body.events()) {
      reply = read(events, result, failures, readings);
    }
    body.drain();
    return reply;
  }

  static Reply read(
      SseReader events, Result result, Classification failures, UsageReadings readings)
      throws IOException {
    for (byte[] data = events.next(); data != null; data = events.next()) {
      if (data.length == 0 || java.util.Arrays.equals(data, DONE)) {
        continue;
      }
      JsonNode event;
      try {
        event = StrictJson.tree(data);
      } catch (JacksonException e) {
        return Reply.malformed(Fault.NOT_JSON);
      }
      String type = event.path("type").asString("");
      switch (type) {
        case "response.completed" -> {
          return result.completed(event.path("response"));
        }
        case "response.incomplete", "response.cancelled" -> {
          return Reply.malformed(Fault.INCOMPLETE);
        }
        case "response.failed" -> {
          return failed(event.path("response"), failures);
        }
        case "error" -> {
          return failed(event, failures);
        }
        case "codex.rate_limits" -> readings.event(event);
        case "" -> {
          if (event.hasNonNull("error")) {
            return failed(event, failures);
          }
        }
        default -> result.event(type, event, data);
      }
    }
    return Reply.malformed(Fault.TRUNCATED);
  }

  private static Reply failed(JsonNode error, Classification failures) {
    return new Reply.Failed(failures.late(ErrorBody.of(error, failures.theirs())));
  }
}
