/// What happens next to a compaction: a pure function from (state, event, context) to (state,
/// effects). No Kafka, no clock of its own, no I/O.
///
/// Starting points: [Decider] (the function), [CompactionState] (the state machine), [Event],
/// [Effect]. One class per concern works on the [Draft] of a decision: [Splitting] (too large),
/// [Merging] (the tree of summaries), [Failover] (what an attempt's outcome means) and [Outcomes]
/// (what is done about it), [Scheduling] (what is sent when, and to which account), [Failures]
/// (what people are told).
@NullMarked
package dev.kompakt.router.decide;

import org.jspecify.annotations.NullMarked;
