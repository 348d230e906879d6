/// What a run has left behind, looked through for anything that must not be.
///
/// Starting points: [Audit] (asks everything), [QuotaUse] (what accounts were used for).
@NullMarked
package dev.kompakt.testing.audit;

import org.jspecify.annotations.NullMarked;
