/// The router: the only place that decides. Kafka Streams around a pure function.
///
/// Starting points: [RouterService] (one router process), [dev.kompakt.router.decide.Decider] (the
/// function), [dev.kompakt.router.topology.RouterTopology] (the wiring).
@NullMarked
package dev.kompakt.router;

import org.jspecify.annotations.NullMarked;
