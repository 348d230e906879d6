package dev.kompakt.workers.upstream;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.workers.json.JsonTokens;
import dev.kompakt.workers.json.JsonTokens.Token;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Where in the stored envelope the fields of the client's request lie, so that they are sent on
/// byte for byte without being in memory.
///
/// @param fields the values of top-level fields, in the client's order
/// @param tools each tool's type and place
/// @param chosen the types of tools that `tool_choice` names
/// @param text the values of the fields of `text`
record Envelope(
    PayloadRef payload,
    Map<String, ByteRange> fields,
    List<Tool> tools,
    Set<String> chosen,
    Map<String, ByteRange> text) {
  /// A request with more fields or tools than this is nobody's.
  static final int MOST_FIELDS = 1_000;

  static final int MOST_TOOLS = 10_000;

  private static final int MOST_NAME_BYTES = 256;

  record Tool(String type, ByteRange range) {}

  /// Reads it through once.
  ///
  /// @throws EnvelopeRejectedException if it has too many fields or tools
  static Envelope read(PayloadRef payload, InputStream stored) throws IOException {
    return new Reading(payload, new JsonTokens(stored)).all();
  }

  /// Where the tools lie that are of none of these types.
  List<ByteRange> toolsWithout(Set<String> rejected) {
    return tools.stream().filter(t -> !rejected.contains(t.type())).map(Tool::range).toList();
  }

  private static final class Reading {
    private final PayloadRef payload;
    private final JsonTokens json;
    private final Map<String, ByteRange> fields = new LinkedHashMap<>();
    private final List<Tool> tools = new ArrayList<>();
    private final Set<String> chosen = new HashSet<>();
    private final Map<String, ByteRange> text = new LinkedHashMap<>();

    Reading(PayloadRef payload, JsonTokens json) {
      this.payload = payload;
      this.json = json;
    }

    Envelope all() throws IOException {
      if (json.next() != Token.START_OBJECT) {
        throw new IOException("a stored envelope is not an object");
      }
      while (json.next() == Token.NAME) {
        String name = name();
        Token value = json.next();
        long from = json.start();
        if (name.equals("tools") && value == Token.START_ARRAY) {
          tools();
        } else if (name.equals("tool_choice") && value == Token.START_OBJECT) {
          choice();
        } else if (name.equals("text") && value == Token.START_OBJECT) {
          text();
        } else {
          json.skipValue(value);
        }
        put(fields, name, from);
      }
      return new Envelope(payload, fields, tools, chosen, text);
    }

    private void tools() throws IOException {
      tools.clear();
      for (Token token = json.next(); token != Token.END_ARRAY; token = json.next()) {
        if (tools.size() == MOST_TOOLS) {
          throw new EnvelopeRejectedException("too_many_tools");
        }
        long from = json.start();
        String type = type(token);
        tools.add(new Tool(type, new ByteRange(from, json.position() - from)));
      }
    }

    /// One tool, or several that are allowed.
    private void choice() throws IOException {
      chosen.clear();
      while (json.next() == Token.NAME) {
        String name = name();
        Token value = json.next();
        if (name.equals("type") && value == Token.STRING) {
          choose(name());
        } else if (name.equals("tools") && value == Token.START_ARRAY) {
          for (Token token = json.next(); token != Token.END_ARRAY; token = json.next()) {
            choose(type(token));
          }
        } else {
          json.skipValue(value);
        }
      }
    }

    private void choose(String type) throws EnvelopeRejectedException {
      if (chosen.size() == MOST_TOOLS) {
        throw new EnvelopeRejectedException("too_many_tools");
      }
      chosen.add(type);
    }

    /// A tool's type; empty if it has none.
    private String type(Token value) throws IOException {
      String type = "";
      if (value != Token.START_OBJECT) {
        json.skipValue(value);
        return type;
      }
      while (json.next() == Token.NAME) {
        boolean isType = name().equals("type");
        Token said = json.next();
        if (isType && said == Token.STRING) {
          type = name();
        } else {
          json.skipValue(said);
        }
      }
      return type;
    }

    private void text() throws IOException {
      text.clear();
      while (json.next() == Token.NAME) {
        String name = name();
        Token value = json.next();
        long from = json.start();
        json.skipValue(value);
        put(text, name, from);
      }
    }

    private void put(Map<String, ByteRange> into, String name, long from)
        throws EnvelopeRejectedException {
      if (into.size() == MOST_FIELDS) {
        throw new EnvelopeRejectedException("too_many_fields");
      }
      into.put(name, new ByteRange(from, json.position() - from));
    }

    private String name() throws IOException {
      String name = json.text(MOST_NAME_BYTES);
      if (name == null) {
        throw new EnvelopeRejectedException("name_too_long");
      }
      return name;
    }
  }
}
