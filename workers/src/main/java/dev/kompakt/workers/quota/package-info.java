/// The decision whether an attempt may start now. Pure: no Kafka, no clock of its own, no I/O; for
/// one thread at a time.
///
/// Starting points: [AdmissionQueue].
@NullMarked
package dev.kompakt.workers.quota;

import org.jspecify.annotations.NullMarked;
