package dev.kompakt.testing;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// What a request turned out to be, and what a strict provider would have refused in it.
///
/// @param userMessages where the newest user messages lie in the body, oldest first
/// @param marks of [Histories], in order
record Inspection(
    Call.Endpoint endpoint,
    String model,
    boolean stream,
    int items,
    List<Slice> userMessages,
    List<Integer> marks,
    String sha256,
    List<String> violations) {

  /// A stretch of the body.
  record Slice(int from, int to) {}

  static final Inspection UNREAD = unread(Call.Endpoint.UNKNOWN, false);

  /// The compact endpoint was seen to refuse these.
  private static final Set<String> NOT_AT_COMPACT =
      Set.of("include", "client_metadata", "store", "stream", "stream_options", "background");

  private static final int RETAINED_BYTES = 256 * 1024;

  private static final JsonFactory STRICT =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  static Inspection unread(Call.Endpoint endpoint, boolean stream) {
    return new Inspection(endpoint, "", stream, 0, List.of(), List.of(), "", List.of());
  }

  static Inspection of(RequestHead head, byte[] body) {
    List<String> violations = new ArrayList<>();
    heads(head, violations);
    Reading reading = new Reading(compact(head), violations);
    if (head.method().equals("POST") && !token(head)) {
      try (JsonParser json = STRICT.createParser(ObjectReadContext.empty(), body)) {
        reading.request(json);
      } catch (JacksonException e) {
        violations.add("the body is not JSON: " + e.getOriginalMessage());
      }
    }
    return new Inspection(
        endpoint(head, reading.trigger),
        reading.model,
        reading.stream,
        reading.items,
        List.copyOf(reading.userMessages),
        List.copyOf(Marks.in(body)),
        sha256(body),
        List.copyOf(violations));
  }

  /// What the request line asks for.
  ///
  /// @param trigger whether the input ends in a `compaction_trigger`
  static Call.Endpoint endpoint(RequestHead head, boolean trigger) {
    return switch (head.method()) {
      case "GET" -> {
        if (head.path().endsWith("/wham/usage")) {
          yield Call.Endpoint.USAGE;
        }
        yield head.path().endsWith("/models") ? Call.Endpoint.MODELS : Call.Endpoint.UNKNOWN;
      }
      case "POST" -> {
        if (compact(head)) {
          yield Call.Endpoint.COMPACT;
        }
        if (token(head)) {
          yield Call.Endpoint.TOKEN;
        }
        if (!head.path().endsWith("/responses")) {
          yield Call.Endpoint.UNKNOWN;
        }
        yield trigger ? Call.Endpoint.TRIGGER : Call.Endpoint.SUMMARY;
      }
      default -> Call.Endpoint.UNKNOWN;
    };
  }

  private static boolean compact(RequestHead head) {
    return head.path().endsWith("/responses/compact");
  }

  private static boolean token(RequestHead head) {
    return head.path().endsWith("/oauth/token");
  }

  private static void heads(RequestHead head, List<String> violations) {
    if (head.header("authorization").isEmpty() && !token(head)) {
      violations.add("no authorization");
    }
    String type = token(head) ? "application/x-www-form-urlencoded" : "application/json";
    if (head.method().equals("POST") && !head.header("content-type").orElse("").startsWith(type)) {
      violations.add("content-type is not " + type);
    }
    if (head.header("content-encoding").isPresent()) {
      violations.add("content-encoding is set");
    }
    for (String name : head.headers().keySet()) {
      if (name.startsWith("kompakt-")) {
        violations.add("header " + name + " is Kompakt's own");
      }
    }
  }

  private static String sha256(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// One pass over a request's body.
  private static final class Reading {
    private final boolean compact;
    private final List<String> violations;
    private final Set<String> openCalls = new LinkedHashSet<>();
    private final Set<String> calls = new LinkedHashSet<>();
    private final Deque<Slice> userMessages = new ArrayDeque<>();
    private long userBytes;
    private String model = "";
    private boolean stream;
    private boolean trigger;
    private boolean input;
    private int items;

    Reading(boolean compact, List<String> violations) {
      this.compact = compact;
      this.violations = violations;
    }

    void request(JsonParser json) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        violations.add("the body is not an object");
        return;
      }
      for (String name = json.nextName(); name != null; name = json.nextName()) {
        JsonToken value = json.nextToken();
        if (compact && NOT_AT_COMPACT.contains(name)) {
          violations.add("unknown parameter " + name);
        }
        switch (name) {
          case "model" -> model = value == JsonToken.VALUE_STRING ? json.getString() : "";
          case "stream" -> stream = value == JsonToken.VALUE_TRUE;
          case "input" -> input(json, value);
          default -> json.skipChildren();
        }
      }
      if (json.nextToken() != null) {
        violations.add("something follows the body's object");
      }
      if (model.isEmpty()) {
        violations.add("no model");
      }
      if (!input) {
        violations.add("no input");
      }
      for (String call : openCalls) {
        violations.add("call " + call + " has no output");
      }
    }

    private void input(JsonParser json, JsonToken value) {
      input = true;
      if (value == JsonToken.VALUE_STRING) {
        json.finishToken();
        items = 1;
        return;
      }
      if (value != JsonToken.START_ARRAY) {
        violations.add("input is neither text nor items");
        json.skipChildren();
        return;
      }
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (trigger) {
          violations.add("item " + items + " follows compaction_trigger");
        }
        if (json.currentToken() == JsonToken.START_OBJECT) {
          item(json);
        } else {
          violations.add("item " + items + " is not an object");
          json.skipChildren();
        }
        items++;
      }
      if (items == 0) {
        violations.add("input is empty");
      }
    }

    private void item(JsonParser json) {
      int from = Math.toIntExact(json.currentTokenLocation().getByteOffset());
      String type = "";
      String role = "";
      String callId = "";
      boolean ciphertext = false;
      for (String name = json.nextName(); name != null; name = json.nextName()) {
        JsonToken value = json.nextToken();
        switch (name) {
          case "type" -> type = text(json, value);
          case "role" -> role = text(json, value);
          case "call_id" -> callId = text(json, value);
          case "encrypted_content" -> ciphertext = !text(json, value).isEmpty();
          default -> json.skipChildren();
        }
      }
      int to = Math.toIntExact(json.currentLocation().getByteOffset());
      if (type.isEmpty() && role.isEmpty()) {
        violations.add("item " + items + " has neither type nor role");
      }
      if (role.equals("user")) {
        retain(new Slice(from, to));
      }
      switch (type) {
        case "compaction_trigger" -> {
          trigger = true;
          if (compact) {
            violations.add("compaction_trigger at the compact endpoint");
          }
        }
        case "compaction" -> {
          if (!ciphertext) {
            violations.add("item " + items + " is a compaction without encrypted_content");
          }
        }
        default -> pair(type, callId);
      }
    }

    private void pair(String type, String callId) {
      if (type.endsWith("_output")) {
        if (!calls.contains(callId)) {
          violations.add("item " + items + ": " + type + " without its call");
        }
        openCalls.remove(callId);
      } else if (type.endsWith("_call") && !callId.isEmpty()) {
        if (!calls.add(callId)) {
          violations.add("item " + items + ": call id used twice");
        }
        openCalls.add(callId);
      }
    }

    private void retain(Slice message) {
      userMessages.add(message);
      userBytes += message.to() - message.from();
      while (userBytes > RETAINED_BYTES && userMessages.size() > 1) {
        Slice oldest = userMessages.removeFirst();
        userBytes -= oldest.to() - oldest.from();
      }
    }

    private static String text(JsonParser json, @Nullable JsonToken value) {
      if (value == JsonToken.VALUE_STRING) {
        return json.getString();
      }
      json.skipChildren();
      return "";
    }
  }
}
