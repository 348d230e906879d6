package dev.kompakt.router.decide;

import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.JobId;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Work;
import java.util.List;

/// The job record of an attempt: all a worker needs to know.
final class Jobs {
  private Jobs() {}

  static AttemptId attempt(CompactionId compaction, Assignment assignment) {
    return new AttemptId(new JobId(compaction, assignment.job()), assignment.sent());
  }

  /// How the content is worked on.
  static Mode mode(Draft draft, Content content) {
    return switch (content) {
      case Content.Whole _ -> draft.sizing.mode();
      case Content.Excerpt _, Content.Summaries _ -> Mode.SUMMARIZE;
      case Content.Joined _ -> Mode.LOCAL;
    };
  }

  static Job of(Draft draft, int index) {
    Node.InFlight node = (Node.InFlight) draft.nodes().get(index);
    Assignment assignment = node.assignment();
    return new Job(
        attempt(draft.subject().compaction(), assignment),
        draft.subject().tenant(),
        draft.provider(),
        node.account(),
        mode(draft, assignment.content()),
        draft.subject().model(),
        draft.manifest.history().envelope(),
        work(draft, index, assignment.content()),
        draft.now,
        node.deadline(),
        node.stays());
  }

  private static Work work(Draft draft, int index, Content content) {
    PayloadRef items = draft.manifest.history().items();
    return switch (content) {
      case Content.Whole(_, Boolean thoughtless) ->
          new Work.Whole(
              items,
              thoughtless == null
                  ? null
                  : draft.packing().pieces(draft.packing().whole().getFirst()),
              finish(draft.manifest));
      case Content.Excerpt(Chunk chunk, _) ->
          new Work.Chunk(items, draft.packing().pieces(chunk), index, draft.nodes().size());
      case Content.Summaries(List<PayloadRef> refs, boolean last) ->
          new Work.Merge(refs, last ? finish(draft.manifest) : null);
      case Content.Joined(List<PayloadRef> refs) -> new Work.Join(refs, finish(draft.manifest));
    };
  }

  private static Work.Finish finish(Submitted manifest) {
    History history = manifest.history();
    return new Work.Finish(
        manifest.checkpoint(), history.items(), history.retained(), history.itemCount());
  }
}
