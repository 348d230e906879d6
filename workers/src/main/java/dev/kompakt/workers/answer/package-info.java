/// Kompakt's own answers: retained messages and a checkpoint, as the compact endpoint answers.
///
/// Starting points: [AnswerWriter].
@NullMarked
package dev.kompakt.workers.answer;

import org.jspecify.annotations.NullMarked;
