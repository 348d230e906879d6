/// The embedded Kafka broker and the data directory it lives in.
///
/// Starting points: [EmbeddedBroker], [DataDirectory].
@NullMarked
package dev.kompakt.standalone.broker;

import org.jspecify.annotations.NullMarked;
