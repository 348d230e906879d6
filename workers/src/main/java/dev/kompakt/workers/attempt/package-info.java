/// Carrying out one job: check, report the start, call or compact here, store, report the outcome.
///
/// Starting points: [AttemptRunner].
@NullMarked
package dev.kompakt.workers.attempt;

import org.jspecify.annotations.NullMarked;
