package dev.kompakt.router.decide;

import dev.kompakt.bootstrap.route.Ask;
import dev.kompakt.bootstrap.route.Routing;
import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.record.Mode;
import org.jspecify.annotations.Nullable;

/// Whether a job takes the history's thoughts along. Their maker is taken to be the session's
/// account. Once a job goes without them it stays so: at most one call is refused for them.
final class Thoughts {
  private Thoughts() {}

  /// Whether it does. Parts of a history never do.
  static boolean along(History history, Content content) {
    return history.thoughts() != null
        && content instanceof Content.Whole(_, @Nullable Boolean thoughtless)
        && thoughtless == null;
  }

  /// Whether it does, and others could read it without them.
  static boolean removable(History history, Content content) {
    return along(history, content) && !history.ciphertext();
  }

  /// The job as it is to be sent now: without thoughts to be summarized, and where their maker
  /// cannot take it, which lacks more than room.
  static Assignment form(Draft draft, Assignment assignment) {
    History history = draft.manifest.history();
    Content content = assignment.content();
    if (!along(history, content)) {
      return assignment;
    }
    return Jobs.mode(draft, content) == Mode.SUMMARIZE
            || (removable(history, content) && lacksItsMaker(draft, draft.ask(assignment)))
        ? without(draft, assignment)
        : assignment;
  }

  private static boolean lacksItsMaker(Draft draft, Ask ask) {
    return ask.held()
        && !(draft.book.choose(ask, draft.now) instanceof Routing.Use)
        && draft.book.roomiest(ask, draft.now) == null;
  }

  /// The same job without thoughts.
  static Assignment without(Draft draft, Assignment assignment) {
    Chunk whole = draft.packing().whole().getFirst();
    return assignment.on(new Content.Whole(draft.packing().bytes(whole), true));
  }
}
