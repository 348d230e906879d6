package dev.kompakt.standalone.rollout;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/// An archived codex session. Its result is a copy with one `compacted` line more, which codex
/// resumes from.
public final class RolloutFile implements Compactable {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

  private final Path path;
  private final Contents contents;

  /// What the pass over the file found.
  ///
  /// @param completeBytes up to the end of the last complete line
  /// @param endsInNewline whether that line does
  /// @param unreadableLines lines in the middle that are no JSON; codex passes over them too
  /// @param torn whether a last line without an end was left out
  record Contents(
      List<HistoryItem> items,
      @Nullable String model,
      @Nullable String instructions,
      @Nullable Long lastOrdinal,
      long completeBytes,
      boolean endsInNewline,
      int unreadableLines,
      boolean torn) {}

  RolloutFile(Path path, Contents contents) {
    this.path = path;
    this.contents = contents;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Optional<String> model() {
    return Optional.ofNullable(contents.model());
  }

  @Override
  public int items() {
    return contents.items().size();
  }

  @Override
  public long historyBytes() {
    long bytes = contents.items().size() + 1L;
    for (HistoryItem item : contents.items()) {
      bytes += item.bytes();
    }
    return bytes;
  }

  /// Lines that are no JSON and were passed over, a torn last one not counted.
  public int unreadableLines() {
    return contents.unreadableLines();
  }

  /// Whether the last line was torn and is left out.
  public boolean torn() {
    return contents.torn();
  }

  @Override
  public String outputName() {
    return OutputName.of(path, OutputName.ROLLOUT);
  }

  @Override
  public long requestBytes(String defaultModel) {
    return head(defaultModel).length + historyBytes() + 1;
  }

  @Override
  public void writeRequest(OutputStream out, String defaultModel) throws IOException {
    out.write(head(defaultModel));
    out.write('[');
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 64 * 1024)) {
      long at = 0;
      boolean first = true;
      for (HistoryItem item : contents.items()) {
        if (!first) {
          out.write(',');
        }
        first = false;
        switch (item) {
          case HistoryItem.Copied(long offset, long bytes, _, _) -> {
            in.skipNBytes(offset - at);
            Ranges.copy(in, bytes, out);
            at = offset + bytes;
          }
          case HistoryItem.Written(String json) -> out.write(utf8(json));
        }
      }
    }
    out.write(utf8("]}"));
  }

  @Override
  public Result writeResult(InputStream answer, Path out, boolean overwrite, InstantSource clock)
      throws IOException {
    try (NewFile file = NewFile.create(path, out, overwrite);
        InputStream in = Files.newInputStream(path)) {
      OutputStream copy = file.stream();
      Ranges.copy(in, contents.completeBytes(), copy);
      if (!contents.endsInNewline()) {
        copy.write('\n');
      }
      Long last = contents.lastOrdinal();
      String ordinal = last == null ? "" : ",\"ordinal\":" + (last + 1);
      copy.write(
          utf8(
              "{\"timestamp\":\""
                  + TIMESTAMP.format(clock.instant())
                  + "\""
                  + ordinal
                  + ",\"type\":\"compacted\",\"payload\":{\"message\":\"\","
                  + "\"replacement_history\":"));
      Answer.Size size = Answer.copyOutput(answer, copy);
      copy.write(utf8("}}\n"));
      file.commit();
      return new Result(out, size.items(), size.bytes());
    }
  }

  @Override
  public String toString() {
    return "rollout " + path;
  }

  private byte[] head(String defaultModel) {
    StringBuilder head = new StringBuilder("{\"model\":");
    quote(model().orElse(defaultModel), head);
    String instructions = contents.instructions();
    if (instructions != null) {
      head.append(",\"instructions\":");
      quote(instructions, head);
    }
    return utf8(head.append(",\"input\":").toString());
  }

  private static void quote(String text, StringBuilder into) {
    into.append('"').append(JsonStringEncoder.getInstance().quoteAsCharArray(text)).append('"');
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
