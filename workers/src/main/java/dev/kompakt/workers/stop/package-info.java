/// When an attempt must stop: its deadline, or because somebody says so.
///
/// Starting points: [AttemptBounds], [StopSignal].
@NullMarked
package dev.kompakt.workers.stop;

import org.jspecify.annotations.NullMarked;
