/// The whole path: client, ingress, Kafka, router, worker, upstream and back, beside the upstream
/// called directly in the same run.
///
/// Starting points: [PathCommand]; [Latency], [Throughput], [LargeBody] and [ParkedRequests] for
/// what is measured.
@NullMarked
package dev.kompakt.bench.path;

import org.jspecify.annotations.NullMarked;
