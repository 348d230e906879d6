/// What more workers bring while upstream takes its time.
///
/// Starting point: [ScaleCommand].
@NullMarked
package dev.kompakt.bench.scale;

import org.jspecify.annotations.NullMarked;
