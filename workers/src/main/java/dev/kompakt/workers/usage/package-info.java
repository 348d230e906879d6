/// Asks providers how much of their windows accounts have used.
///
/// Starting point: [UsagePolling].
@NullMarked
package dev.kompakt.workers.usage;

import org.jspecify.annotations.NullMarked;
