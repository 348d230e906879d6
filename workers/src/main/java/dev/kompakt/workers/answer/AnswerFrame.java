package dev.kompakt.workers.answer;

import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.workers.json.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// The JSON around an answer's output items. Ids and time come from the job, so that the same job
/// always makes the same answer.
public final class AnswerFrame {
  private final OutputStream out;
  private final String name;
  private boolean any;

  private AnswerFrame(Job job, OutputStream out) {
    this.out = out;
    String compaction = job.attempt().compaction().value();
    name = compaction.substring(compaction.indexOf('_') + 1);
  }

  /// Begins an answer.
  public static AnswerFrame begin(Job job, OutputStream out) throws IOException {
    AnswerFrame frame = new AnswerFrame(job, out);
    frame.write(
        "{\"id\":\"resp_"
            + frame.name
            + "\",\"object\":\"response.compaction\",\"created_at\":"
            + job.at().getEpochSecond()
            + ",\"output\":[");
    return frame;
  }

  /// Where to write the next output item.
  public OutputStream item() throws IOException {
    if (any) {
      out.write(',');
    }
    any = true;
    return out;
  }

  /// Writes a developer message.
  public void developerMessage(String text) throws IOException {
    item()
        .write(
            bytes(
                "{\"id\":\"msg_"
                    + name
                    + "\",\"type\":\"message\",\"role\":\"developer\",\"content\":"
                    + "[{\"type\":\"input_text\",\"text\":"
                    + JsonText.quoted(text)
                    + "}]}"));
  }

  /// Writes a compaction item.
  public void compaction(String encryptedContent) throws IOException {
    item()
        .write(
            bytes(
                "{\"id\":\"cmp_"
                    + name
                    + "\",\"type\":\"compaction\",\"encrypted_content\":"
                    + JsonText.quoted(encryptedContent)
                    + "}"));
  }

  /// Ends the answer.
  public void end(Usage usage) throws IOException {
    write("],\"usage\":" + JsonText.usage(usage) + "}");
  }

  private void write(String text) throws IOException {
    out.write(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
