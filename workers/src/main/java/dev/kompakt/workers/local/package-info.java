/// Compacting without any upstream: a deterministic shortening by structure.
///
/// Starting points: [LocalCompaction].
@NullMarked
package dev.kompakt.workers.local;

import org.jspecify.annotations.NullMarked;
