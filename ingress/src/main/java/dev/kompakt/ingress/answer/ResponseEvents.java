package dev.kompakt.ingress.answer;

import dev.kompakt.schemas.history.ByteRange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The form of `POST …/responses` with a trailing trigger and `stream`: server-sent events.
/// Created, done with exactly one compaction item, completed with id and usage. Keepalives are data
/// frames, for comments reset no client's timer.
public record ResponseEvents(ResponseHead head) implements AnswerForm {
  private static final JsonMapper JSON = new JsonMapper();
  private static final byte[] BEAT = bytes("data: {\"type\":\"keepalive\"}\n\n");

  @Override
  public String contentType() {
    return "text/event-stream";
  }

  @Override
  public byte[] preface() {
    ObjectNode response = head.node("in_progress");
    response.putArray("output");
    return frame("response.created", 0, response);
  }

  @Override
  public byte[] beat() {
    return BEAT.clone();
  }

  @Override
  public Rendition render(AnswerSource source) throws IOException {
    StoredAnswer answer = StoredAnswer.find(source);
    ByteRange item = answer.compaction();
    if (item == null) {
      throw new UnusableAnswerException("the stored answer has no compaction item");
    }
    String usage = ResponseJson.usage(source, answer);
    return new Rendition() {
      @Override
      public long length() {
        return -1;
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        out.write(
            bytes(
                "data: {\"type\":\"response.output_item.done\",\"sequence_number\":1,"
                    + "\"output_index\":0,\"item\":"));
        try (InputStream in = source.open(item)) {
          JsonForm.copy(in, new OneLine(out), item.length());
        }
        out.write(bytes("}\n\n"));
        out.write(completed(usage));
      }
    };
  }

  @Override
  public byte[] failure(ApiError error) {
    ObjectNode response = head.node("failed");
    ObjectNode node = response.putObject("error");
    node.put("code", failureCode(error));
    node.put("message", failureMessage(error));
    response.putArray("output");
    return frame("response.failed", 1, response);
  }

  private byte[] completed(String usage) {
    ObjectNode response = head.node("completed");
    response.putArray("output");
    String text = JSON.writeValueAsString(response);
    return bytes(
        "data: {\"type\":\"response.completed\",\"sequence_number\":2,\"response\":"
            + text.substring(0, text.length() - 1)
            + usage
            + "}}\n\n");
  }

  /// The codes by which clients tell what may be tried again from what may not.
  private static String failureCode(ApiError error) {
    return switch (error.code()) {
      case "context_too_large", "context_length_exceeded" -> "context_length_exceeded";
      case "insufficient_quota", "server_is_overloaded" -> error.code();
      // Kompakt has made its tries: a client that made its own now would buy all of them again
      case "upstream_error", "upstream_malformed" -> "server_is_overloaded";
      default -> {
        if (error.status() == 429) {
          yield "rate_limit_exceeded";
        }
        yield error.status() < 500 ? "invalid_prompt" : "server_error";
      }
    };
  }

  private static String failureMessage(ApiError error) {
    return error.status() == 429 && error.retryAfterSeconds() != null
        ? error.message() + " Please try again in " + error.retryAfterSeconds() + "s."
        : error.message();
  }

  private static byte[] frame(String type, int sequence, ObjectNode response) {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("type", type);
    event.put("sequence_number", sequence);
    event.set("response", response);
    return bytes("data: " + JSON.writeValueAsString(event) + "\n\n");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// Turns line breaks, which in JSON are only whitespace, into spaces: a line break would end the
  /// event's data. It does so in the array it is given, which is only a copying buffer here.
  private static final class OneLine extends OutputStream {
    private final OutputStream out;

    OneLine(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b == '\n' || b == '\r' ? ' ' : b);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      for (int i = offset; i < offset + length; i++) {
        if (from[i] == '\n' || from[i] == '\r') {
          from[i] = ' ';
        }
      }
      out.write(from, offset, length);
    }
  }
}
