package dev.kompakt.workers.answer;

import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.workers.payload.PayloadCursor;
import dev.kompakt.workers.payload.Payloads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Writes answers of Kompakt's own: the retained messages as the client wrote them, then exactly
/// one checkpoint, sealed or plain.
public final class AnswerWriter {
  /// What introduces a checkpoint given as a plain message.
  static final String PLAIN_INTRO =
      "This is a checkpoint of the session so far, written in place of its history. Go on from"
          + " here; where a newer message of the user says otherwise, the user is right.\n\n";

  /// Partial summaries joined have at most so many bytes together.
  static final int MOST_JOINED_BYTES = 8 << 20;

  private final Payloads payloads;
  private final CheckpointSeal seal;

  public AnswerWriter(Payloads payloads, CheckpointSeal seal) {
    this.payloads = payloads;
    this.seal = seal;
  }

  /// Writes an answer that ends in this summary.
  ///
  /// @throws IOException if a payload cannot be read
  public void summary(Job job, Work.Finish finish, String summary, Usage usage, OutputStream out)
      throws IOException {
    AnswerFrame frame = AnswerFrame.begin(job, out);
    retained(finish, frame);
    checkpoint(job, finish, summary, frame);
    frame.end(usage);
  }

  /// Writes the messages that are repeated as they are.
  public void retained(Work.Finish finish, AnswerFrame frame) throws IOException {
    PayloadCursor items = new PayloadCursor(payloads, finish.items());
    for (ByteRange message : finish.retained()) {
      items.copy(message, frame.item());
    }
  }

  /// Writes the checkpoint in the form that is asked for.
  public void checkpoint(Job job, Work.Finish finish, String summary, AnswerFrame frame)
      throws IOException {
    switch (finish.checkpoint()) {
      case SEALED -> frame.compaction(seal.seal(job.tenant(), summary));
      case PLAIN -> frame.developerMessage(PLAIN_INTRO + summary);
    }
  }

  /// Partial summaries in order, under headings. What is beyond each one's share of
  /// [#MOST_JOINED_BYTES] is left out and counted.
  ///
  /// @throws IOException if a payload cannot be read
  public String joined(List<PayloadRef> summaries) throws IOException {
    StringBuilder joined = new StringBuilder();
    int share = MOST_JOINED_BYTES / Math.max(1, summaries.size());
    for (int i = 0; i < summaries.size(); i++) {
      PayloadRef summary = summaries.get(i);
      joined
          .append(i == 0 ? "" : "\n\n")
          .append("Part ")
          .append(i + 1)
          .append(" of ")
          .append(summaries.size())
          .append("\n\n")
          .append(text(summary, share));
    }
    return joined.toString();
  }

  private String text(PayloadRef summary, int share) throws IOException {
    try (InputStream in = payloads.open(summary, summary.whole())) {
      byte[] bytes = in.readNBytes((int) Math.min(share, summary.bytes()));
      if (bytes.length == summary.bytes()) {
        return new String(bytes, StandardCharsets.UTF_8);
      }
      int whole = bytes.length;
      while (whole > 0 && (bytes[whole - 1] & 0xC0) == 0x80) {
        whole--;
      }
      whole = Math.max(0, whole - 1);
      return new String(bytes, 0, whole, StandardCharsets.UTF_8)
          + "\n[… "
          + (summary.bytes() - whole)
          + " bytes left out]";
    }
  }
}
