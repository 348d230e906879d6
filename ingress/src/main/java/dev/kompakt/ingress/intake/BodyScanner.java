package dev.kompakt.ingress.intake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// One request body on its way in. Fed with the decoded body in any pieces, it writes *items* and
/// *envelope* as it goes and says at the end what it saw.
///
/// What it has written is worthless if it throws. It neither flushes nor closes what it is given.
public final class BodyScanner {
  private final OutputStream items;
  private final OutputStream envelope;
  private final CheckpointOpener opener;

  /// @param items gets the items of `input`, joined by single commas, without brackets
  /// @param envelope gets all other top-level fields as one JSON object
  public BodyScanner(OutputStream items, OutputStream envelope, CheckpointOpener opener) {
    this.items = items;
    this.envelope = envelope;
    this.opener = opener;
  }

  /// Scans a whole body.
  public static ScannedBody scan(
      InputStream body, OutputStream items, OutputStream envelope, CheckpointOpener opener)
      throws IOException {
    BodyScanner scanner = new BodyScanner(items, envelope, opener);
    byte[] buffer = new byte[64 * 1024];
    for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
      scanner.feed(buffer, 0, read);
    }
    return scanner.finish();
  }

  /// Takes the next bytes of the body; they may be overwritten when it returns.
  ///
  /// @throws BodyRejected if the body cannot be accepted
  /// @throws IOException what the items or the envelope stream threw
  public void feed(byte[] bytes, int offset, int length) throws IOException {
    items.write(bytes, offset, length);
  }

  /// Ends the body.
  ///
  /// @throws BodyRejected if the body is incomplete or lacks what it must have
  public ScannedBody finish() throws IOException {
    envelope.flush();
    throw BodyRejected.invalid("unimplemented", null, String.valueOf(opener));
  }
}
