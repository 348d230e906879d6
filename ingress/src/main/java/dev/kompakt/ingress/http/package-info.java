/// The data plane's HTTP side: listens, lets requests in, reads their bodies and hands them on.
///
/// Starting points: [DataPlane] (the listener), [FrontDoor] (every request's first steps, in
/// order), [CompactionRequests] (bodies), [CompactionQueries] (status, events, cancel).
///
/// Threading: [FrontDoor] runs on I/O threads and never blocks; [CompactionRequests] and
/// [CompactionQueries] run on virtual threads.
@NullMarked
package dev.kompakt.ingress.http;

import org.jspecify.annotations.NullMarked;
