package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.ErrorBody;
import dev.kompakt.bootstrap.upstream.StrictJson;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.JsonNode;

/// The text a model wrote, from a stream or from a whole response object. Taken from the completed
/// response; where a provider leaves its output out there, from the items, and else from the text
/// deltas of the stream.
final class SummaryAnswer implements ResponseEvents.Result {
  static final int MOST_CHARACTERS = 1 << 20;

  private final StringBuilder items = new StringBuilder();
  private final StringBuilder deltas = new StringBuilder();
  private boolean tooLong;

  @Override
  public void event(String type, JsonNode event, byte[] data) {
    switch (type) {
      case "response.output_item.done" -> append(items, textOf(event.path("item")));
      case "response.output_text.delta" -> append(deltas, event.path("delta").asString(""));
      default -> {}
    }
  }

  private void append(StringBuilder to, String text) {
    if (text.length() > MOST_CHARACTERS - to.length()) {
      tooLong = true;
    } else {
      to.append(text);
    }
  }

  @Override
  public Reply completed(JsonNode response) {
    StringBuilder output = new StringBuilder();
    response.path("output").forEach(item -> append(output, textOf(item)));
    String status = response.path("status").asString("completed");
    if (!status.equals("completed")) {
      return Reply.malformed(Fault.INCOMPLETE);
    }
    if (tooLong) {
      return Reply.malformed(Fault.TOO_LONG);
    }
    String text = output.toString();
    if (text.isBlank()) {
      text = items.isEmpty() ? deltas.toString() : items.toString();
    }
    text = text.strip();
    return text.isEmpty()
        ? Reply.malformed(Fault.EMPTY_SUMMARY)
        : new Reply.Summary(text, Usages.of(response.path("usage")));
  }

  private static String textOf(JsonNode item) {
    if (!item.path("type").asString("").equals("message")) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : item.path("content")) {
      if (part.path("type").asString("").equals("output_text")) {
        text.append(part.path("text").asString(""));
      }
    }
    return text.toString();
  }

  /// Reads a whole response object: some providers do not stream though asked to.
  static Reply check(byte[] body, Classification failures) {
    JsonNode response;
    try {
      response = StrictJson.tree(body);
    } catch (UnexpectedEndOfInputException e) {
      return Reply.malformed(Fault.TRUNCATED);
    } catch (JacksonException e) {
      return Reply.malformed(Fault.NOT_JSON);
    }
    if (response.isMissingNode()) {
      return Reply.malformed(Fault.TRUNCATED);
    }
    String status = response.path("status").asString("");
    if (response.hasNonNull("error")) {
      return status.equals("failed")
          ? new Reply.Failed(failures.late(ErrorBody.of(response, failures.theirs())))
          : Reply.malformed(Fault.ERROR_UNDER_200);
    }
    if (!status.equals("completed")) {
      return Reply.malformed(status.isEmpty() ? Fault.MISSING_OUTPUT : Fault.INCOMPLETE);
    }
    return response.path("output").isArray()
        ? new SummaryAnswer().completed(response)
        : Reply.malformed(Fault.MISSING_OUTPUT);
  }
}
