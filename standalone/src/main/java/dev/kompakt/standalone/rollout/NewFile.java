package dev.kompakt.standalone.rollout;

import dev.kompakt.bootstrap.fault.CrashPoint;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/// A file that is there whole or not at all: written under another name beside it, synced, renamed.
final class NewFile implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final Path target;
  private final Path unfinished;
  private final boolean overwrite;
  private final FileChannel channel;
  private final OutputStream stream;

  private NewFile(Path target, Path unfinished, boolean overwrite) throws IOException {
    this.target = target;
    this.unfinished = unfinished;
    this.overwrite = overwrite;
    channel = FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    stream = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
  }

  /// Begins one.
  ///
  /// @param input what it is made from, and never replaces
  /// @throws FileAlreadyExistsException if the target is there and may not be replaced
  static NewFile create(Path input, Path target, boolean overwrite) throws IOException {
    if (Files.exists(target)) {
      if (!overwrite) {
        throw new FileAlreadyExistsException(target.toString());
      }
      if (Files.isSameFile(input, target)) {
        throw new FileAlreadyExistsException(
            target.toString(), null, "it is the input, which is never replaced");
      }
    }
    Path unfinished =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    return new NewFile(target, unfinished, overwrite);
  }

  OutputStream stream() {
    return stream;
  }

  /// Makes it be there.
  void commit() throws IOException {
    stream.flush();
    channel.force(true);
    channel.close();
    if (!overwrite && Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    CrashPoint.COMPACT_BEFORE_RENAME.pass();
    Files.move(
        unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncDirectory();
    CrashPoint.COMPACT_RENAMED.pass();
  }

  private void syncDirectory() {
    Path directory = target.toAbsolutePath().getParent();
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    } catch (IOException e) {
      // Not every file system can; the file itself is synced.
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(unfinished);
  }
}
