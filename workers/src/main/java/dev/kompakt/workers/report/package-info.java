/// Reporting what attempts came to.
///
/// Starting points: [OutcomeReporter].
@NullMarked
package dev.kompakt.workers.report;

import org.jspecify.annotations.NullMarked;
