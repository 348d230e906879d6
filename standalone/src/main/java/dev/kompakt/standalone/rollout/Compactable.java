package dev.kompakt.standalone.rollout;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/// A file that makes a compaction request, and that the answer makes a new file of.
public sealed interface Compactable extends InputFile permits RolloutFile, RequestFile {
  /// The model its compaction is to be asked of; empty where the file names none.
  Optional<String> model();

  /// Items of its history.
  int items();

  /// Bytes of its history as JSON.
  long historyBytes();

  /// The name its result gets: `<name>.compacted.jsonl` or `<name>.compacted.json`.
  String outputName();

  /// Bytes [#writeRequest] writes.
  long requestBytes(String defaultModel);

  /// Writes the request: a body for `POST /v1/responses/compact`.
  ///
  /// @param defaultModel asked for where the file names no model
  /// @throws IOException also if the file has become shorter since it was opened
  void writeRequest(OutputStream out, String defaultModel) throws IOException;

  /// Writes the result, whole or not at all: to a file beside it, synced, then renamed. The input
  /// is not touched.
  ///
  /// @param answer a compaction response, read to its end
  /// @param out where to
  /// @param overwrite whether what is there may be replaced
  /// @throws java.nio.file.FileAlreadyExistsException if something is there and may not be replaced
  /// @throws UnusableAnswerException if the answer is no complete compaction response
  Result writeResult(InputStream answer, Path out, boolean overwrite, InstantSource clock)
      throws IOException;

  /// What became of a file.
  ///
  /// @param file the one written
  /// @param items of the compacted history
  /// @param historyBytes of it, as JSON
  record Result(Path file, int items, long historyBytes) {}
}
