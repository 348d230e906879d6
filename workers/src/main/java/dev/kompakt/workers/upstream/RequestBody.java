package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.stream.BlockStream;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.history.Piece;
import dev.kompakt.workers.json.JsonText;
import dev.kompakt.workers.payload.PayloadCursor;
import dev.kompakt.workers.payload.Payloads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request's body: text of ours and stretches of payloads, its length known, its bytes in no
/// memory.
final class RequestBody {
  private sealed interface Part {
    long bytes();
  }

  private static final class Literal implements Part {
    private final byte[] text;

    Literal(String text) {
      this.text = text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long bytes() {
      return text.length;
    }
  }

  private record Stored(PayloadRef payload, ByteRange range) implements Part {
    @Override
    public long bytes() {
      return range.length();
    }
  }

  /// A payload of plain text as the content of a JSON string.
  private record Escaped(PayloadRef payload, long bytes) implements Part {}

  private final List<Part> parts = new ArrayList<>();
  private long length;

  RequestBody literal(String text) {
    return add(new Literal(text));
  }

  RequestBody stored(PayloadRef payload, ByteRange range) {
    return add(new Stored(payload, range));
  }

  /// Adds pieces of a payload.
  ///
  /// @param pieces null for all of it
  RequestBody pieces(PayloadRef payload, @Nullable List<Piece> pieces) {
    if (pieces == null) {
      return stored(payload, payload.whole());
    }
    for (Piece piece : pieces) {
      switch (piece) {
        case Piece.Copy(long offset, long bytes) -> stored(payload, new ByteRange(offset, bytes));
        case Piece.Literal(String text) -> literal(text);
      }
    }
    return this;
  }

  /// Adds a payload of plain text as the content of a JSON string; reads it to know its length.
  RequestBody escaped(PayloadRef payload, Payloads payloads) throws IOException {
    return add(
        new Escaped(payload, JsonText.escapedLength(payloads.open(payload, payload.whole()))));
  }

  private RequestBody add(Part part) {
    if (part.bytes() > 0) {
      parts.add(part);
      length = Math.addExact(length, part.bytes());
    }
    return this;
  }

  /// Exactly so many bytes go on the wire.
  long length() {
    return length;
  }

  InputStream open(Payloads payloads) {
    return new Reading(payloads, parts.iterator());
  }

  private static final class Reading extends BlockStream {
    private final Payloads payloads;
    private final Iterator<Part> parts;
    private @Nullable PayloadRef lastPayload;
    private @Nullable PayloadCursor lastCursor;
    private InputStream part = InputStream.nullInputStream();
    private long left;

    Reading(Payloads payloads, Iterator<Part> parts) {
      this.payloads = payloads;
      this.parts = parts;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      while (left == 0) {
        if (!parts.hasNext()) {
          return -1;
        }
        Part next = parts.next();
        part = open(next);
        left = next.bytes();
      }
      int n = part.read(into, offset, (int) Math.min(length, left));
      if (n < 0) {
        throw new IOException("a stored part of the request is shorter than its length");
      }
      left -= n;
      return n;
    }

    private InputStream open(Part next) throws IOException {
      return switch (next) {
        case Literal literal -> new ByteArrayInputStream(literal.text);
        case Stored(PayloadRef payload, ByteRange range) -> cursor(payload).open(range);
        case Escaped(PayloadRef payload, _) ->
            JsonText.escaping(payloads.open(payload, payload.whole()));
      };
    }

    private PayloadCursor cursor(PayloadRef payload) {
      PayloadCursor cursor = lastCursor;
      if (cursor == null || lastPayload == null || !payload.id().equals(lastPayload.id())) {
        cursor = new PayloadCursor(payloads, payload);
        lastPayload = payload;
        lastCursor = cursor;
      }
      return cursor;
    }
  }
}
