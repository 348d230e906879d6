/// What clients are told: the error envelope, the face of a compaction, and the forms in which a
/// stored answer is handed out. Knows nothing of the HTTP server.
///
/// Starting points: [ApiError], [AnswerForm] (how one request is answered), [CompactionObject].
///
/// Threading: forms and sources may block and belong to one thread at a time; all else is
/// immutable.
@NullMarked
package dev.kompakt.ingress.answer;

import org.jspecify.annotations.NullMarked;
