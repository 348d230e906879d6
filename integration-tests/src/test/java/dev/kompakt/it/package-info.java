/// The suites every deployment of Kompakt must pass, and the deployments they run on.
///
/// Starting points: [CompactionSuite], [SplittingSuite], [UpstreamFaultSuite]. A suite is abstract;
/// its subclasses say what it runs on: one JVM, separate processes, or a Testcontainers broker.
@NullMarked
package dev.kompakt.it;

import org.jspecify.annotations.NullMarked;
