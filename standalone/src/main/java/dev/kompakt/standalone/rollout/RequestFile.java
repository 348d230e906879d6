package dev.kompakt.standalone.rollout;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/// A file that holds one request as a JSON object with `input` and `model`. Its result is the
/// compaction response.
///
/// @param modelName the request's `model`
/// @param bytes of the file
public record RequestFile(Path path, String modelName, int items, long bytes)
    implements Compactable {
  @Override
  public Optional<String> model() {
    return Optional.of(modelName);
  }

  @Override
  public long historyBytes() {
    return bytes;
  }

  @Override
  public String outputName() {
    return OutputName.of(path, OutputName.REQUEST);
  }

  @Override
  public long requestBytes(String defaultModel) {
    return bytes;
  }

  @Override
  public void writeRequest(OutputStream out, String defaultModel) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      Ranges.copy(in, bytes, out);
    }
  }

  @Override
  public Result writeResult(InputStream answer, Path out, boolean overwrite, InstantSource clock)
      throws IOException {
    try (NewFile file = NewFile.create(path, out, overwrite)) {
      Answer.Size size = Answer.copyWhole(answer, file.stream());
      file.stream().write('\n');
      file.commit();
      return new Result(out, size.items(), size.bytes());
    }
  }
}
