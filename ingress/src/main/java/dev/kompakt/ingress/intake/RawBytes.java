package dev.kompakt.ingress.intake;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Carries the body's bytes, as the client wrote them, to the items stream, to the envelope stream,
/// or to a buffer that holds back what is not decided yet.
///
/// Runs are cut by position: everything up to the last cut has been carried.
final class RawBytes {
  /// The most of an item that is held back. A larger one goes through as it is.
  static final int MAX_HELD_BYTES = 2 * 1024 * 1024;

  /// The most the envelope may hold.
  static final int MAX_ENVELOPE_BYTES = 16 * 1024 * 1024;

  private enum Target {
    NOWHERE,
    HELD,
    ITEMS,
    ENVELOPE
  }

  private final OutputStream items;
  private final OutputStream envelope;

  private byte[] piece = new byte[0];

  /// Added to an index into the piece, this is a position.
  private long base;

  private Target target = Target.NOWHERE;
  private long carried;

  private byte[] held = new byte[4 * 1024];
  private int heldBytes;
  private long itemsBytes;
  private long envelopeBytes;

  RawBytes(OutputStream items, OutputStream envelope) {
    this.items = items;
    this.envelope = envelope;
  }

  /// The piece of the body that positions up to the next call lie in.
  void piece(byte[] bytes, long base) {
    this.piece = bytes;
    this.base = base;
  }

  /// Carries everything before `end` to where it belongs.
  void carry(long end) throws IOException {
    int from = (int) (carried - base);
    int length = (int) (end - carried);
    carried = end;
    switch (target) {
      case NOWHERE -> {}
      case HELD -> hold(from, length);
      case ITEMS -> toItems(piece, from, length);
      case ENVELOPE -> toEnvelope(piece, from, length);
    }
  }

  /// From `at` on, bytes go nowhere.
  void toNowhere(long at) throws IOException {
    carry(at);
    target = Target.NOWHERE;
  }

  /// From `at` on, bytes are held back, whatever was held before being forgotten.
  void toHeld(long at) throws IOException {
    carry(at);
    heldBytes = 0;
    target = Target.HELD;
  }

  /// From `at` on, bytes go to the items as part of a new item that begins with `opening`.
  void toNewItem(long at, String opening) throws IOException {
    carry(at);
    separateItem();
    writeItems(opening);
    target = Target.ITEMS;
  }

  /// Lets an item through: what is held now, the rest as it comes. Nothing changes if it was let
  /// through before.
  void releaseItem() throws IOException {
    if (target == Target.HELD) {
      separateItem();
      toItems(held, 0, heldBytes);
      heldBytes = 0;
      target = Target.ITEMS;
    }
  }

  /// Writes another item in the place of what is held; from `at` on, bytes go nowhere.
  void replaceItem(byte[] item, long at) throws IOException {
    carry(at);
    heldBytes = 0;
    target = Target.NOWHERE;
    separateItem();
    toItems(item, 0, item.length);
  }

  /// From `at` on, bytes go to the envelope, after the field name that was held.
  void toEnvelope(long at) throws IOException {
    carry(at);
    byte[] opening = {(byte) (envelopeBytes == 0 ? '{' : ',')};
    toEnvelope(opening, 0, 1);
    toEnvelope(held, 0, heldBytes);
    target = Target.ENVELOPE;
  }

  void endEnvelope() throws IOException {
    byte[] closing = (envelopeBytes == 0 ? "{}" : "}").getBytes(StandardCharsets.US_ASCII);
    toEnvelope(closing, 0, closing.length);
  }

  /// Writes to the item that is being written.
  void writeItems(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    toItems(bytes, 0, bytes.length);
  }

  /// Whether all of the item so far is held back.
  boolean isHeld() {
    return target == Target.HELD;
  }

  /// What is held back; valid up to the next piece.
  byte[] held() {
    return held;
  }

  /// Where in the items payload the next item will begin.
  long nextItemAt() {
    return itemsBytes == 0 ? 0 : itemsBytes + 1;
  }

  long itemsBytes() {
    return itemsBytes;
  }

  long envelopeBytes() {
    return envelopeBytes;
  }

  private void separateItem() throws IOException {
    if (itemsBytes > 0) {
      writeItems(",");
    }
  }

  private void hold(int from, int length) throws IOException {
    if (heldBytes + length > MAX_HELD_BYTES) {
      releaseItem();
      toItems(piece, from, length);
      return;
    }
    if (heldBytes + length > held.length) {
      int capacity = Math.max(held.length * 2, heldBytes + length);
      held = Arrays.copyOf(held, Math.min(capacity, MAX_HELD_BYTES));
    }
    System.arraycopy(piece, from, held, heldBytes, length);
    heldBytes += length;
  }

  private void toItems(byte[] bytes, int offset, int length) throws IOException {
    items.write(bytes, offset, length);
    itemsBytes += length;
  }

  private void toEnvelope(byte[] bytes, int offset, int length) throws IOException {
    if (envelopeBytes + length > MAX_ENVELOPE_BYTES) {
      throw BodyRejected.tooLarge(
          "envelope_too_large",
          null,
          "The fields besides 'input' take more than " + MAX_ENVELOPE_BYTES + " bytes.");
    }
    envelope.write(bytes, offset, length);
    envelopeBytes += length;
  }
}
