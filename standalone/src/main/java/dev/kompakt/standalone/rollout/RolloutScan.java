package dev.kompakt.standalone.rollout;

import dev.kompakt.standalone.rollout.HistoryItem.Kind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/// The one pass over a rollout that finds its history.
///
/// The history is what the last `compacted` line put in the place of all before it, and every item
/// after that. A `compacted` line without `replacement_history`, as older versions wrote, keeps the
/// user's messages and adds its summary as one.
final class RolloutScan {
  private final Path file;
  private final List<HistoryItem> items = new ArrayList<>();
  private @Nullable String model;
  private @Nullable String instructions;
  private @Nullable Long lastOrdinal;
  private boolean meta;
  private int lines;
  private int unreadable;
  private boolean torn;
  private boolean endsInNewline = true;
  private long completeBytes;

  private RolloutScan(Path file) {
    this.file = file;
  }

  static RolloutScan of(Path file) throws IOException {
    RolloutScan scan = new RolloutScan(file);
    try (Lines all = new Lines(file)) {
      boolean more = all.advance();
      while (more) {
        scan.next(all);
        more = all.advance();
      }
    }
    return scan;
  }

  boolean isRollout() {
    return lines > 0;
  }

  boolean hasMeta() {
    return meta;
  }

  RolloutFile.Contents contents() {
    return new RolloutFile.Contents(
        Pairs.complete(items),
        model,
        instructions,
        lastOrdinal,
        completeBytes,
        endsInNewline,
        unreadable,
        torn);
  }

  private void next(Lines all) throws IOException {
    long start = all.start();
    RolloutLine line = RolloutLine.parse(all.line(), start, "");
    all.skipRest();
    if (line != null && line.payloadUnread()) {
      line = again(start, all.end() - start, line.type());
    }
    if (line == null && !all.endsInNewline()) {
      torn = true;
      return;
    }
    completeBytes = all.end();
    endsInNewline = all.endsInNewline();
    if (line == null) {
      unreadable++;
    } else {
      take(line);
    }
  }

  private void take(RolloutLine line) {
    Long ordinal = line.ordinal();
    if (ordinal != null) {
      lastOrdinal = lastOrdinal == null ? ordinal : Math.max(lastOrdinal, ordinal);
    }
    if (!line.hasPayload() || line.type().isEmpty()) {
      return;
    }
    lines++;
    switch (line.type()) {
      case "session_meta" -> {
        if (!meta) {
          instructions = line.instructions();
        }
        meta = true;
      }
      case "turn_context" -> model = line.model().isEmpty() ? model : line.model();
      case "response_item" -> items.addAll(line.items());
      case "compacted" -> {
        if (line.replaced()) {
          items.clear();
          items.addAll(line.items());
        } else {
          items.removeIf(
              item ->
                  item instanceof HistoryItem.Copied copied && copied.kind() != Kind.USER_MESSAGE);
          items.add(summary(line.message()));
        }
      }
      default -> {
        // Not part of the history.
      }
    }
  }

  private static HistoryItem summary(String message) {
    String text = new String(JsonStringEncoder.getInstance().quoteAsCharArray(message));
    return new HistoryItem.Written(
        "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\""
            + text
            + "\"}]}");
  }

  /// Reads a line whose type came after its payload once more.
  private @Nullable RolloutLine again(long start, long length, String type) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      in.skipNBytes(start);
      return RolloutLine.parse(new Bounded(in, length), start, type);
    }
  }
}
