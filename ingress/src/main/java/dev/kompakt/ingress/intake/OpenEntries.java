package dev.kompakt.ingress.intake;

import java.util.Arrays;
import java.util.stream.IntStream;

/// The entries of all objects open at one point of a JSON text, each as a name's hash and position
/// and a *record*: a byte of length and a short canonical form as it is, or 0xFE and its SHA-256.
///
/// Kept as one stack of primitives: the innermost object's entries are on top.
final class OpenEntries {
  /// Bytes a record can hold, be it a form or a SHA-256.
  static final int LITERAL_BYTES = 32;

  private static final int RECORD_BYTES = 1 + LITERAL_BYTES;
  private static final byte DIGEST = (byte) 0xfe;

  /// Objects with more entries are sorted the costly way.
  private static final int FEW = 32;

  private long[] nameHashes = new long[64];
  private long[] namesAt = new long[64];
  private byte[] records = new byte[64 * RECORD_BYTES];
  private int size;

  /// Where each open object's entries begin.
  private final int[] objects = new int[JsonLexer.MAX_DEPTH];

  private int openObjects;
  private final int[] order = new int[FEW];

  int size() {
    return size;
  }

  void openObject() {
    objects[openObjects] = size;
    openObjects++;
  }

  void closeObject() {
    openObjects--;
    size = objects[openObjects];
  }

  /// Begins an entry; its record follows once its value is known.
  void open(long nameHash, long nameAt) {
    if (size == nameHashes.length) {
      nameHashes = Arrays.copyOf(nameHashes, size * 2);
      namesAt = Arrays.copyOf(namesAt, size * 2);
      records = Arrays.copyOf(records, size * 2 * RECORD_BYTES);
    }
    nameHashes[size] = nameHash;
    namesAt[size] = nameAt;
    size++;
  }

  /// Ends the last entry with its form as it is.
  void closeLiteral(byte[] form, int length) {
    int at = last();
    records[at] = (byte) length;
    System.arraycopy(form, 0, records, at + 1, length);
    Arrays.fill(records, at + 1 + length, at + RECORD_BYTES, (byte) 0);
  }

  /// Ends the last entry with a SHA-256, to be written to [#records()] at the returned offset.
  int closeDigest() {
    int at = last();
    records[at] = DIGEST;
    return at + 1;
  }

  byte[] records() {
    return records;
  }

  /// Ends the last entry as if it had not been there.
  void drop() {
    size--;
  }

  private int last() {
    return (size - 1) * RECORD_BYTES;
  }

  /// Position of a name that stands twice in the innermost object, -1 if none does. Two names count
  /// as the same if their 64-bit hashes are.
  long duplicate() {
    int from = objects[openObjects - 1];
    if (size - from <= FEW) {
      for (int i = from + 1; i < size; i++) {
        if (isKnown(nameHashes[i], from, i)) {
          return namesAt[i];
        }
      }
      return -1;
    }
    long[] sorted = Arrays.copyOfRange(nameHashes, from, size);
    Arrays.sort(sorted);
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1]) {
        return lastAt(sorted[i]);
      }
    }
    return -1;
  }

  private boolean isKnown(long hash, int from, int to) {
    for (int i = from; i < to; i++) {
      if (nameHashes[i] == hash) {
        return true;
      }
    }
    return false;
  }

  private long lastAt(long hash) {
    int i = size - 1;
    while (nameHashes[i] != hash) {
      i--;
    }
    return namesAt[i];
  }

  /// Takes a run of bytes.
  interface Sink {
    void text(byte[] bytes, int offset, int length);
  }

  /// Gives the innermost object's records, without padding, in an order that depends on nothing but
  /// themselves.
  void forEachSorted(Sink sink) {
    int from = objects[openObjects - 1];
    int count = size - from;
    if (count <= FEW) {
      for (int i = 0; i < count; i++) {
        insert(from + i, i);
      }
      for (int i = 0; i < count; i++) {
        give(order[i], sink);
      }
    } else {
      IntStream.range(from, size)
          .boxed()
          .sorted(this::compare)
          .forEachOrdered(entry -> give(entry, sink));
    }
  }

  private void insert(int entry, int sorted) {
    int i = sorted;
    while (i > 0 && compare(entry, order[i - 1]) < 0) {
      order[i] = order[i - 1];
      i--;
    }
    order[i] = entry;
  }

  private int compare(int a, int b) {
    return Arrays.compareUnsigned(
        records,
        a * RECORD_BYTES,
        (a + 1) * RECORD_BYTES,
        records,
        b * RECORD_BYTES,
        (b + 1) * RECORD_BYTES);
  }

  private void give(int entry, Sink sink) {
    int at = entry * RECORD_BYTES;
    int length = records[at] == DIGEST ? LITERAL_BYTES : records[at];
    sink.text(records, at, 1 + length);
  }
}
