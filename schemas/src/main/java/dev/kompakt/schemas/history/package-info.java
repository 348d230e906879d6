/// What a submission holds and how it is cut: spans, fragments, chunks and the pure packing.
///
/// Starting points: [History] (the manifest of a stored history), [Packing] (cuts it). Everything
/// here is immutable and free of I/O.
@NullMarked
package dev.kompakt.schemas.history;

import org.jspecify.annotations.NullMarked;
