package dev.kompakt.ingress.intake;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// SHA-256 of a JSON text that does not depend on key order, insignificant whitespace or how a
/// string is escaped.
///
/// The text is hashed in a canonical form, which no two different texts share:
///
/// | value | form |
/// |---|---|
/// | string | `s`, decoded bytes, 0xFF |
/// | number | `n`, bytes as spelt, 0xFF |
/// | true, false, null | `t`, `f`, `z` |
/// | array | `[`, the elements' forms, `]` |
/// | object | `{`, its entries sorted, `}` |
///
/// An entry is its decoded name, 0xFF and its value's form: as they are behind a byte of length if
/// they take at most 32 bytes, otherwise as 0xFE and their SHA-256. 0xFF and 0xFE are not in UTF-8.
final class CanonicalHash {
  private static final int STAGED_BYTES = 8 * 1024;
  private static final byte TEXT_END = (byte) 0xff;
  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  /// The digest of the whole text, then one for the open entry of each open object.
  private final List<MessageDigest> digests = new ArrayList<>();

  private final OpenEntries entries = new OpenEntries();
  private final OpenEntries.Sink records = this::text;

  /// Bytes of the innermost form not yet digested.
  private final byte[] staged = new byte[STAGED_BYTES];

  private int stagedBytes;

  /// Whether all bytes of the innermost form are still staged.
  private boolean whole;

  private int objects;
  private boolean inName;
  private long nameHash;
  private MessageDigest digest;

  CanonicalHash() {
    digest = digest(0);
  }

  void openObject() {
    flush();
    whole = false;
    objects++;
    entries.openObject();
    digest = digest(objects);
  }

  /// Ends an object.
  ///
  /// @param keep whether it counts; an element of an array that does not leaves no trace
  /// @return position of a name that stands twice in it, -1 if none does
  long closeObject(boolean keep) {
    objects--;
    digest = digest(objects);
    long duplicate = entries.duplicate();
    if (keep) {
      put((byte) '{');
      entries.forEachSorted(records);
      put((byte) '}');
    }
    entries.closeObject();
    return duplicate;
  }

  void openArray() {
    put((byte) '[');
  }

  void closeArray() {
    put((byte) ']');
  }

  /// Begins an entry of the innermost object. Its name follows as [#text].
  void openEntry() {
    whole = true;
    inName = true;
    nameHash = FNV_BASIS;
  }

  void closeName(long nameAt) {
    put(TEXT_END);
    inName = false;
    entries.open(nameHash, nameAt);
  }

  /// Ends the entry.
  ///
  /// @param keep whether it counts
  void closeEntry(boolean keep) {
    if (!keep) {
      digest.reset();
      entries.drop();
    } else if (whole && stagedBytes <= OpenEntries.LITERAL_BYTES) {
      entries.closeLiteral(staged, stagedBytes);
    } else {
      flush();
      try {
        int at = entries.closeDigest();
        digest.digest(entries.records(), at, OpenEntries.LITERAL_BYTES);
      } catch (DigestException e) {
        throw new AssertionError("a record holds a SHA-256", e);
      }
    }
    stagedBytes = 0;
    whole = false;
  }

  /// Entries of all open objects.
  int openEntries() {
    return entries.size();
  }

  void openString() {
    put((byte) 's');
  }

  void openNumber() {
    put((byte) 'n');
  }

  void closeScalar() {
    put(TEXT_END);
  }

  /// The letter of `true`, `false` or `null`.
  void literal(byte first) {
    put(first == 'n' ? (byte) 'z' : first);
  }

  /// Takes a run of a name, a string or a number.
  void text(byte[] bytes, int offset, int length) {
    if (inName) {
      for (int i = offset; i < offset + length; i++) {
        nameHash = (nameHash ^ bytes[i]) * FNV_PRIME;
      }
    }
    if (length > STAGED_BYTES - stagedBytes) {
      flush();
    }
    if (length > STAGED_BYTES / 2) {
      flush();
      whole = false;
      digest.update(bytes, offset, length);
    } else {
      System.arraycopy(bytes, offset, staged, stagedBytes, length);
      stagedBytes += length;
    }
  }

  private void put(byte b) {
    if (stagedBytes == STAGED_BYTES) {
      flush();
    }
    staged[stagedBytes] = b;
    stagedBytes++;
  }

  private void flush() {
    if (stagedBytes > 0) {
      digest.update(staged, 0, stagedBytes);
      stagedBytes = 0;
      whole = false;
    }
  }

  /// The hash of the whole text, lower-case hex. Ends this object's use.
  String finish() {
    flush();
    return HexFormat.of().formatHex(digest.digest());
  }

  private MessageDigest digest(int depth) {
    if (depth == digests.size()) {
      try {
        digests.add(MessageDigest.getInstance("SHA-256"));
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every JDK has SHA-256", e);
      }
    }
    return digests.get(depth);
  }
}
