/// Lanes: taking jobs, handing them to attempts, committing what is finished.
///
/// Starting points: [LaneConsumer] (the poll thread), [Lanes] (what is known of each lane),
/// [OffsetTracker], [Handover].
@NullMarked
package dev.kompakt.workers.lane;

import org.jspecify.annotations.NullMarked;
