package dev.kompakt.testing;

import dev.kompakt.testing.Reply.Answer;
import dev.kompakt.testing.Reply.Twist;
import java.nio.charset.Charset;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes what a provider answers at each endpoint.
final class Answers {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Call call;
  private final byte @Nullable [] body;
  private final @Nullable Twist twist;
  private final String summary;

  /// One answer, ready to be sent.
  ///
  /// @param chunked whether it goes out chunked, as a stream does
  record Ready(int status, Map<String, String> headers, Content content, boolean chunked) {}

  private Answers(Call call, byte @Nullable [] body, @Nullable Twist twist, String summary) {
    this.call = call;
    this.body = body;
    this.twist = twist;
    this.summary = twist == Twist.EMPTY_SUMMARY ? "" : summary;
  }

  /// The answer to this call.
  ///
  /// @param body of the request, where it was looked at
  /// @param summary what to answer as the summary
  static Ready to(Call call, byte @Nullable [] body, Answer answer, String summary) {
    return switch (answer) {
      case Answer.Right() -> new Answers(call, body, null, summary).ready();
      case Answer.Wrong(Twist twist) -> new Answers(call, body, twist, summary).ready();
      case Answer.Fixed(int status, Map<String, String> headers, String text, Charset charset) -> {
        Map<String, String> all = new HashMap<>(headers);
        all.putIfAbsent("content-type", "application/json");
        yield new Ready(status, all, Content.of(text, charset), false);
      }
      case Answer.Huge(long padding) -> {
        String text = new Answers(call, body, null, Content.PADDING + summary).text();
        yield ready(text, call, padding);
      }
    };
  }

  static String error(String type, String code, String message) {
    ObjectNode error = MAPPER.createObjectNode();
    error
        .putObject("error")
        .put("message", message)
        .put("type", type)
        .put("code", code)
        .putNull("param");
    return error.toString();
  }

  private Ready ready() {
    if (call.endpoint() == Call.Endpoint.UNKNOWN || call.endpoint() == Call.Endpoint.TOKEN) {
      return new Ready(
          404,
          Map.of("content-type", "application/json"),
          Content.of(error("invalid_request_error", "unknown_url", "Unknown request URL")),
          false);
    }
    Ready ready = ready(text(), call, 0);
    return twist == Twist.WRONG_CONTENT_TYPE
        ? new Ready(200, Map.of("content-type", "text/plain"), ready.content(), ready.chunked())
        : ready;
  }

  private static Ready ready(String text, Call call, long padding) {
    return new Ready(
        200,
        Map.of("content-type", streams(call) ? "text/event-stream" : "application/json"),
        padding > 0 && text.contains(Content.PADDING)
            ? Content.padded(text, padding)
            : Content.of(text),
        streams(call));
  }

  private static boolean streams(Call call) {
    return call.stream()
        && (call.endpoint() == Call.Endpoint.TRIGGER || call.endpoint() == Call.Endpoint.SUMMARY);
  }

  private String text() {
    return switch (call.endpoint()) {
      case COMPACT -> compacted().toString();
      case TRIGGER, SUMMARY -> call.stream() ? events() : response(finished()).toString();
      case MODELS ->
          """
          {"object":"list","data":[{"id":"gpt-5.5","object":"model","owned_by":"fake"}]}""";
      case USAGE ->
          """
          {"plan_type":"plus","rate_limit":{"allowed":true,"primary_window":{"used_percent":12,\
          "limit_window_seconds":18000,"reset_after_seconds":3600}}}""";
      case TOKEN, UNKNOWN -> error("invalid_request_error", "unknown_url", "Unknown request URL");
    };
  }

  private ObjectNode compacted() {
    ObjectNode answer = MAPPER.createObjectNode();
    answer
        .put("id", id("resp"))
        .put("object", "response.compaction")
        .put("created_at", call.startedAt().getEpochSecond());
    if (twist != Twist.NO_OUTPUT) {
      ArrayNode output = answer.putArray("output");
      if (body != null) {
        for (Inspection.Slice message : call.seen().userMessages()) {
          output.add(MAPPER.readTree(body, message.from(), message.to() - message.from()));
        }
      }
      compactionItems(output);
    }
    answer.set("usage", usage());
    return answer;
  }

  private ObjectNode response(String status) {
    ObjectNode response = MAPPER.createObjectNode();
    response
        .put("id", id("resp"))
        .put("object", "response")
        .put("created_at", call.startedAt().getEpochSecond())
        .put("status", status)
        .put("model", call.model());
    if (status.equals("incomplete")) {
      response.putObject("incomplete_details").put("reason", "max_output_tokens");
    }
    if (twist != Twist.NO_OUTPUT) {
      ArrayNode output = response.putArray("output");
      if (status.equals(finished())) {
        items(output);
      }
    }
    response.set("usage", usage());
    return response;
  }

  private String finished() {
    return twist == Twist.INCOMPLETE ? "incomplete" : "completed";
  }

  private String events() {
    ObjectNode created = response("in_progress");
    ObjectNode completed = response(finished());
    ArrayNode items = MAPPER.createArrayNode();
    items(items);
    return new Events(MAPPER).answer(created, items, completed, twist);
  }

  private void items(ArrayNode output) {
    if (call.endpoint() == Call.Endpoint.TRIGGER) {
      compactionItems(output);
    } else {
      summaryItem(output);
    }
  }

  private void compactionItems(ArrayNode output) {
    int count = twist == Twist.TWO_COMPACTION_ITEMS ? 2 : twist == Twist.NO_COMPACTION_ITEM ? 0 : 1;
    for (int i = 0; i < count; i++) {
      output
          .addObject()
          .put("type", "compaction")
          .put("id", id("cmp") + (i == 0 ? "" : "_" + i))
          .put("encrypted_content", summary.isEmpty() ? "" : "FAKE:" + summary);
    }
  }

  private void summaryItem(ArrayNode output) {
    ObjectNode message =
        output
            .addObject()
            .put("type", "message")
            .put("id", id("msg"))
            .put("role", "assistant")
            .put("status", finished());
    ObjectNode part = message.putArray("content").addObject();
    if (twist == Twist.REFUSAL) {
      part.put("type", "refusal").put("refusal", "I can't help with that.");
    } else {
      part.put("type", "output_text").put("text", summary).putArray("annotations");
    }
  }

  private ObjectNode usage() {
    long input = Math.ceilDiv(call.bodyBytes(), 4);
    long output = Math.max(1, summary.length() / 4);
    ObjectNode usage = MAPPER.createObjectNode();
    usage.put("input_tokens", input);
    usage.putObject("input_tokens_details").put("cached_tokens", 0).put("cache_write_tokens", 0);
    usage.put("output_tokens", output);
    usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
    usage.put("total_tokens", input + output);
    return usage;
  }

  private String id(String kind) {
    return kind + "_fake_" + call.number();
  }
}
