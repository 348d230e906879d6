/// What a run has left behind, looked through for anything that must not be.
///
/// Starting points: [Audit] (asks everything), [RanOn] (what it lets pass where a test brings it
/// about).
@NullMarked
package dev.kompakt.testing.audit;

import org.jspecify.annotations.NullMarked;
