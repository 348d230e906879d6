/// Makes accepted requests durable, and knows what has become of them: the ingress' ports to the
/// log, and the judgement whether a request is new.
///
/// Starting points: [Submitter] (one request's way to a compaction), [Submissions], [Statuses] and
/// [Payloads] (the ports; each has one implementation over Kafka beside it).
///
/// Threading: everything here is thread-safe. [Submitter] and [Payloads] block; call them on
/// virtual threads.
@NullMarked
package dev.kompakt.ingress.publish;

import org.jspecify.annotations.NullMarked;
