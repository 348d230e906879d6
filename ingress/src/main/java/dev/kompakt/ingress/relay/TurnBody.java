package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.stream.BlockStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What goes on the wire for a turn: the envelope's fields and the input, without the tools that
/// the provider refuses, and without the reasoning that the account cannot read.
final class TurnBody {
  private static final JsonMapper JSON = new JsonMapper();
  private static final byte[] INPUT = ascii(",\"input\":[");
  private static final byte[] ONLY_INPUT = ascii("\"input\":[");
  private static final byte[] END_OF_INPUT = ascii("]}");

  /// Without tools the others mean nothing.
  private static final Set<String> ABOUT_TOOLS =
      Set.of("tools", "tool_choice", "parallel_tool_calls");

  /// Of envelopes up to this size tools are removed; a larger one goes as it is.
  private static final long MOST_EDITED_BYTES = 4 << 20;

  private final Turn turn;
  private final byte @Nullable [] edited;
  private final Items items;

  private TurnBody(Turn turn, byte @Nullable [] edited, Items items) {
    this.turn = turn;
    this.edited = edited;
    this.items = items;
  }

  /// The body for a provider that refuses these types of tools.
  ///
  /// @param thoughtless whether it goes without the turn's thoughts
  static TurnBody of(Turn turn, List<String> rejectedTools, boolean thoughtless)
      throws IOException {
    return new TurnBody(
        turn,
        rejectedTools.isEmpty() ? null : without(turn, rejectedTools),
        Items.of(turn, thoughtless));
  }

  private static byte @Nullable [] without(Turn turn, List<String> rejected) throws IOException {
    if (turn.envelope().length() > MOST_EDITED_BYTES) {
      return null;
    }
    try (InputStream in = turn.envelope().open()) {
      if (!(JSON.readTree(in.readAllBytes()) instanceof ObjectNode envelope)
          || !(envelope.path("tools") instanceof ArrayNode tools)
          || !removed(tools, rejected)) {
        return null;
      }
      JsonNode choice = envelope.path("tool_choice");
      if (isOf(choice, rejected)
          || (choice.path("tools") instanceof ArrayNode allowed
              && removed(allowed, rejected)
              && allowed.isEmpty())) {
        envelope.remove("tool_choice");
      }
      if (tools.isEmpty()) {
        envelope.remove(ABOUT_TOOLS);
      }
      return JSON.writeValueAsBytes(envelope);
    } catch (JacksonException e) {
      return null;
    }
  }

  /// Whether tools of these types were there to be removed.
  private static boolean removed(ArrayNode tools, List<String> rejected) {
    boolean removed = false;
    for (int i = tools.size() - 1; i >= 0; i--) {
      if (isOf(tools.get(i), rejected)) {
        tools.remove(i);
        removed = true;
      }
    }
    return removed;
  }

  private static boolean isOf(JsonNode tool, List<String> types) {
    return types.contains(tool.path("type").asString(""));
  }

  /// Its bytes.
  long length() {
    long envelope = envelopeLength();
    return turn.input()
        ? envelope - 1 + opening().length + items.length() + END_OF_INPUT.length
        : envelope;
  }

  /// Reads it from the beginning.
  InputStream open() throws IOException {
    InputStream envelope =
        edited == null ? turn.envelope().open() : new ByteArrayInputStream(edited);
    if (!turn.input()) {
      return envelope;
    }
    return new SequenceInputStream(
        Collections.enumeration(
            List.of(
                new Bounded(envelope, envelopeLength() - 1),
                new ByteArrayInputStream(opening()),
                items.open(),
                new ByteArrayInputStream(END_OF_INPUT))));
  }

  private long envelopeLength() {
    return edited == null ? turn.envelope().length() : edited.length;
  }

  private byte[] opening() {
    return envelopeLength() > 2 ? INPUT : ONLY_INPUT;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// The first bytes of a stream.
  private static final class Bounded extends BlockStream {
    private final InputStream in;
    private long left;

    Bounded(InputStream in, long length) {
      this.in = in;
      left = length;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
      if (left == 0) {
        return -1;
      }
      int read = in.read(into, offset, (int) Math.min(count, left));
      left -= Math.max(0, read);
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
