package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.stream.BlockStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.CipherInputStream;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// A part of a request while its turn is being made: written once, read as often as accounts are
/// tried. The beginning is in memory, the rest in a file without a name, enciphered with a key that
/// nobody else has and that goes with the spool. For one thread.
public final class Spool extends OutputStream {
  /// The most it holds in memory.
  public static final int MEMORY_BYTES = 256 * 1024;

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int PIECE_BYTES = 64 * 1024;

  private byte[] memory = new byte[8 * 1024];
  private int inMemory;
  private long length;
  private @Nullable FileChannel file;
  private @Nullable Cipher cipher;
  private final byte[] key = new byte[16];

  /// The temporary directory does not take what memory does not.
  public static final class UnheldException extends IOException {
    private static final long serialVersionUID = 1L;

    UnheldException(IOException cause) {
      super("no more than " + MEMORY_BYTES + " bytes of a request can be held", cause);
    }
  }

  /// Bytes written.
  public long length() {
    return length;
  }

  /// Whether some of it lies outside of memory.
  public boolean spilled() {
    return length > MEMORY_BYTES;
  }

  /// Writes on.
  ///
  /// @throws UnheldException if the temporary directory does not take it; nothing more is to be
  ///   written then
  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int count) throws IOException {
    int kept = Math.min(count, MEMORY_BYTES - inMemory);
    if (kept > 0) {
      if (inMemory + kept > memory.length) {
        memory =
            Arrays.copyOf(
                memory, Math.min(MEMORY_BYTES, Math.max(inMemory + kept, 2 * memory.length)));
      }
      System.arraycopy(from, offset, memory, inMemory, kept);
      inMemory += kept;
    }
    for (int at = kept; at < count; at += PIECE_BYTES) {
      spill(from, offset + at, Math.min(PIECE_BYTES, count - at));
    }
    length += count;
  }

  private void spill(byte[] from, int offset, int count) throws IOException {
    FileChannel to = file;
    Cipher enciphering = cipher;
    if (to == null || enciphering == null) {
      RANDOM.nextBytes(key);
      enciphering = cipher(Cipher.ENCRYPT_MODE);
      cipher = enciphering;
      to = nameless();
      file = to;
    }
    ByteBuffer bytes = ByteBuffer.wrap(enciphering.update(from, offset, count));
    try {
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
    } catch (IOException e) {
      throw new UnheldException(e);
    }
  }

  /// All of it from the beginning; not beside another reader.
  public InputStream open() throws IOException {
    InputStream first = new ByteArrayInputStream(memory, 0, inMemory);
    FileChannel rest = file;
    if (rest == null) {
      return first;
    }
    InputStream read =
        new BlockStream() {
          private long at;

          @Override
          public int read(byte[] into, int offset, int count) throws IOException {
            int read = rest.read(ByteBuffer.wrap(into, offset, count), at);
            at += Math.max(0, read);
            return read;
          }
        };
    return new SequenceInputStream(first, new CipherInputStream(read, cipher(Cipher.DECRYPT_MODE)));
  }

  @Override
  public void close() throws IOException {
    memory = new byte[0];
    inMemory = 0;
    if (file != null) {
      file.close();
      file = null;
    }
  }

  private static FileChannel nameless() throws UnheldException {
    Path path;
    FileChannel channel;
    try {
      path = Files.createTempFile("kompakt-turn-", null);
      channel =
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException e) {
      throw new UnheldException(e);
    }
    try {
      Files.delete(path);
    } catch (IOException e) {
      // where a file in use cannot be unlinked, closing it will
    }
    return channel;
  }

  private Cipher cipher(int mode) {
    try {
      Cipher made = Cipher.getInstance("AES/CTR/NoPadding");
      // a key for each spool, so one counter does for all
      made.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
      return made;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has AES", e);
    }
  }
}
