package dev.kompakt.router.decide;

import dev.kompakt.bootstrap.route.Ask;
import dev.kompakt.schemas.history.Tokens;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.Submission.Submitted;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is asked for to send a job: above all whether it goes to the account its session stays
/// with.
///
/// A whole history does: what upstream makes of it only that account can read again. Parts of it
/// are spread, unless the history holds ciphertext beside its thoughts, which only its maker can
/// read, and that is taken to be the session's account. Summaries are plain text and go anywhere.
final class Asking {
  private Asking() {}

  /// What to ask for.
  ///
  /// @param home the account its session stays with; null if there is none
  static Ask ask(Submitted manifest, Assignment assignment, @Nullable AccountId home) {
    Content content = assignment.content();
    boolean held = manifest.history().ciphertext() || Thoughts.along(manifest.history(), content);
    AccountId session =
        switch (content) {
          case Content.Whole _ -> home;
          case Content.Excerpt _ -> held ? home : null;
          case Content.Summaries _, Content.Joined _ -> null;
        };
    AccountId last = assignment.lastAccount();
    return new Ask(
        session,
        held && session != null,
        last == null ? Set.of() : Set.of(last),
        tokens(manifest, content));
  }

  /// What to ask for if no other account will do.
  static Ask only(Submitted manifest, Assignment assignment, AccountId account) {
    return new Ask(account, true, Set.of(), tokens(manifest, assignment.content()));
  }

  /// Tokens of a call, as estimated; not fewer than its worker will find.
  private static long tokens(Submitted manifest, Content content) {
    return Tokens.estimate(bytes(manifest, content.bytes()));
  }

  /// Bytes of a call with content of so many, likewise.
  static long bytes(Submitted manifest, long content) {
    return content + manifest.history().envelope().bytes() + Splitting.FRAME_BYTES;
  }
}
