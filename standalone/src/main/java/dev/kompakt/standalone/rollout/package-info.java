/// Files that can be compacted and the files that come of it: archived Codex sessions (rollouts)
/// and requests as JSON.
///
/// Starting points: [InputFile] (what a path turns out to be), [Compactable] (the request it makes
/// and the result it becomes). Files are streamed: of a rollout only the positions of its items are
/// held.
@NullMarked
package dev.kompakt.standalone.rollout;

import org.jspecify.annotations.NullMarked;
