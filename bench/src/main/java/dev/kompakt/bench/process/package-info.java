/// Processes of Kompakt's own as a benchmark runs them: started, found ready, looked at and always
/// ended by their id.
///
/// Starting points: [Deployment] (a stack of processes), [Child] (one process), [Memory] (what it
/// takes).
@NullMarked
package dev.kompakt.bench.process;

import org.jspecify.annotations.NullMarked;
