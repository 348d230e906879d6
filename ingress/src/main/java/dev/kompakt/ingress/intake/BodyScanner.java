package dev.kompakt.ingress.intake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// One request body on its way in. Fed with the decoded body in any pieces, it writes *items* and
/// *envelope* as it goes and says at the end what it saw.
///
/// What it has written is worthless if it throws. It neither flushes nor closes what it is given.
public final class BodyScanner {
  private static final int PIECE_BYTES = 64 * 1024;

  private final RawBytes raw;
  private final RequestScan request;
  private final JsonLexer lexer;
  private long fed;

  /// Begins a body.
  ///
  /// @param items gets the items of `input`, joined by single commas, without brackets
  /// @param envelope gets all other top-level fields as one JSON object
  /// @param opener is asked about compaction items of Kompakt's own
  /// @param purpose what the body may ask for
  public BodyScanner(
      OutputStream items, OutputStream envelope, CheckpointOpener opener, Purpose purpose) {
    raw = new RawBytes(items, envelope);
    request = new RequestScan(raw, opener, purpose);
    lexer = new JsonLexer(request);
  }

  /// Scans a whole body.
  ///
  /// @throws BodyRejected if the body cannot be accepted
  /// @throws IOException what one of the streams threw
  public static ScannedBody scan(
      InputStream body,
      OutputStream items,
      OutputStream envelope,
      CheckpointOpener opener,
      Purpose purpose)
      throws IOException {
    BodyScanner scanner = new BodyScanner(items, envelope, opener, purpose);
    byte[] piece = new byte[PIECE_BYTES];
    for (int read = body.read(piece); read >= 0; read = body.read(piece)) {
      scanner.feed(piece, 0, read);
    }
    return scanner.finish();
  }

  /// Takes the next bytes of the body; they may be overwritten when it returns.
  ///
  /// @throws BodyRejected if the body cannot be accepted
  /// @throws IOException what the items or the envelope stream threw
  public void feed(byte[] bytes, int offset, int length) throws IOException {
    raw.piece(bytes, fed - offset);
    lexer.feed(bytes, offset, length);
    fed += length;
    raw.carry(fed);
  }

  /// Ends the body.
  ///
  /// @throws BodyRejected if the body is incomplete or lacks what it must have
  /// @throws IOException what the envelope stream threw
  public ScannedBody finish() throws IOException {
    lexer.end();
    return request.result();
  }
}
