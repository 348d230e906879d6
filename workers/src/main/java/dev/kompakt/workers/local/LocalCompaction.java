package dev.kompakt.workers.local;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.workers.answer.AnswerFrame;
import dev.kompakt.workers.answer.AnswerWriter;
import dev.kompakt.workers.payload.PayloadCursor;
import dev.kompakt.workers.payload.Payloads;
import dev.kompakt.workers.stop.AttemptBounds;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashSet;

/// Compacts a whole history without any upstream. What the user and the developer said stays, the
/// newest items stay as they are, older ones shrink, what nobody else can read goes, and all of it
/// is counted in a preface. The same job makes the same bytes, but for the nonce of a sealed
/// checkpoint. Memory is bounded by the budgets, whatever the history's length.
public final class LocalCompaction {
  private final Payloads payloads;
  private final AnswerWriter answers;

  public LocalCompaction(Payloads payloads, AnswerWriter answers) {
    this.payloads = payloads;
    this.answers = answers;
  }

  /// Writes the answer.
  ///
  /// @throws IOException if the history cannot be read, or the bounds end it
  public void compact(Job job, Work.Whole whole, AttemptBounds bounds, OutputStream out)
      throws IOException {
    PayloadRef items = whole.items();
    Work.Finish finish = whole.finish();
    Survey survey =
        Survey.of(
            bounds.bound(payloads.open(items, items.whole())),
            Budgets.of(items.bytes()),
            new HashSet<>(finish.retained()));
    Plan plan = Plan.of(survey, payloads, items, bounds);
    bounds.check();
    AnswerFrame frame = AnswerFrame.begin(job, out);
    switch (finish.checkpoint()) {
      case PLAIN -> plain(plan, items, frame);
      case SEALED -> {
        answers.retained(finish, frame);
        String digest = Preface.of(plan, items.bytes()) + Digest.of(plan, payloads, items);
        answers.checkpoint(job, finish, digest, frame);
      }
    }
    frame.end(Usage.NONE);
  }

  private void plain(Plan plan, PayloadRef items, AnswerFrame frame) throws IOException {
    frame.developerMessage(Preface.of(plan, items.bytes()));
    PayloadCursor cursor = new PayloadCursor(payloads, items);
    for (Plan.Kept kept : plan.kept()) {
      byte[] shortened = kept.shortened();
      if (shortened == null) {
        cursor.copy(kept.item().range(), frame.item());
      } else {
        frame.item().write(shortened);
      }
    }
  }
}
