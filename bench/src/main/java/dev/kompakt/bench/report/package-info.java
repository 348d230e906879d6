/// What a benchmark says: figures, the machine they were taken on, tables and JSON.
///
/// Starting points: [Quantiles], [Table], [Machine].
@NullMarked
package dev.kompakt.bench.report;

import org.jspecify.annotations.NullMarked;
