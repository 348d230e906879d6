package dev.kompakt.ingress.intake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.history.Piece;
import dev.kompakt.schemas.id.PayloadId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// A scanned body with what was written, one character for each byte.
record Scanned(ScannedBody body, String itemsBytes, String envelopeBytes) {
  static Scanned of(String json) throws IOException {
    return of(json, CheckpointOpener.none());
  }

  static Scanned of(String json, CheckpointOpener opener) throws IOException {
    ByteArrayOutputStream items = new ByteArrayOutputStream();
    ByteArrayOutputStream envelope = new ByteArrayOutputStream();
    ScannedBody body =
        BodyScanner.scan(
            new ByteArrayInputStream(utf8(json)), items, envelope, opener, Purpose.COMPACTION);
    return new Scanned(body, items.toString(ISO_8859_1), envelope.toString(ISO_8859_1));
  }

  /// Fed in pieces by chance, each overwritten once it was taken.
  static Scanned inPieces(String json, CheckpointOpener opener, Random random, int largest)
      throws IOException {
    ByteArrayOutputStream items = new ByteArrayOutputStream();
    ByteArrayOutputStream envelope = new ByteArrayOutputStream();
    BodyScanner scanner = new BodyScanner(items, envelope, opener, Purpose.COMPACTION);
    byte[] bytes = utf8(json);
    int at = 0;
    while (at < bytes.length) {
      int length = Math.min(bytes.length - at, random.nextInt(0, largest + 1));
      int margin = random.nextInt(3);
      byte[] piece = new byte[margin + length + 1];
      System.arraycopy(bytes, at, piece, margin, length);
      scanner.feed(piece, margin, length);
      Arrays.fill(piece, (byte) '"');
      at += length;
    }
    return new Scanned(scanner.finish(), items.toString(ISO_8859_1), envelope.toString(ISO_8859_1));
  }

  static BodyRejected rejected(String json) {
    BodyRejected rejected = catchThrowableOfType(BodyRejected.class, () -> of(json));
    assertThat(rejected).as("rejection of %.200s", json).isNotNull();
    return rejected;
  }

  /// As it is submitted.
  History history() {
    return body.toHistory(ref(itemsBytes), ref(envelopeBytes));
  }

  private static PayloadRef ref(String payload) {
    int segments = (payload.length() + PayloadRef.SEGMENT_BYTES - 1) / PayloadRef.SEGMENT_BYTES;
    List<Long> offsets = IntStream.range(0, segments).mapToObj(Long::valueOf).toList();
    return new PayloadRef(PayloadId.random(), 0, offsets, payload.length());
  }

  byte[] items() {
    return itemsBytes.getBytes(ISO_8859_1);
  }

  String itemsText() {
    return new String(items(), UTF_8);
  }

  String envelopeText() {
    return new String(envelopeBytes.getBytes(ISO_8859_1), UTF_8);
  }

  /// The text of each span.
  List<String> spanTexts() {
    List<String> texts = new ArrayList<>();
    int at = 0;
    for (int bytes : body.spans()) {
      texts.add(text(at, at + bytes));
      at += bytes + 1;
    }
    return texts;
  }

  List<String> retainedTexts() {
    return body.retained().stream().map(this::text).toList();
  }

  /// What is sent for these pieces.
  String assembled(List<Piece> pieces) {
    StringBuilder sent = new StringBuilder();
    for (Piece piece : pieces) {
      sent.append(
          switch (piece) {
            case Piece.Copy(long offset, long length) -> text(offset, offset + length);
            case Piece.Literal(String literal) -> literal;
          });
    }
    return sent.toString();
  }

  String text(ByteRange range) {
    return text(range.offset(), range.end());
  }

  String text(long from, long to) {
    String bytes = itemsBytes.substring((int) from, (int) to);
    return new String(bytes.getBytes(ISO_8859_1), UTF_8);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
