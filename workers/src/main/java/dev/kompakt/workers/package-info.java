/// The worker role: takes jobs from its lanes, runs attempts, reports outcomes.
///
/// Starting points: [WorkerService].
@NullMarked
package dev.kompakt.workers;

import org.jspecify.annotations.NullMarked;
