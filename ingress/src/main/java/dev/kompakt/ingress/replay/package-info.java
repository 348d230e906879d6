/// Dead letters and what is done about them: which there are, which can be replayed, and the asking
/// of the router to do so.
///
/// Starting points: [DeadLetters] (those on the log), [Replays] (plans and asks). Threading:
/// everything here is thread-safe; [Replays] blocks.
@NullMarked
package dev.kompakt.ingress.replay;

import org.jspecify.annotations.NullMarked;
