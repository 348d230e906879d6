/// Kafka clients built from the topic catalogue.
///
/// Starting points: [KafkaClients], [TopicWriter], [LogView], [TopicProvisioner].
@NullMarked
package dev.kompakt.bootstrap.kafka;

import org.jspecify.annotations.NullMarked;
