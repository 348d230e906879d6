/// The Kafka Streams wiring around the pure decisions and folds. Streams threads do nothing here
/// but Kafka and RocksDB.
///
/// Starting points: [RouterTopology] (the wiring), [RouterStreams] (running it, and taking over
/// from another version), [StreamsSettings] (what it runs with), [Published] (what is known beyond
/// one task).
@NullMarked
package dev.kompakt.router.topology;

import org.jspecify.annotations.NullMarked;
