/// `./kompakt soak`: work and faults at random for as long as asked.
///
/// Starting point: [SoakCommand].
@NullMarked
package dev.kompakt.bench.soak;

import org.jspecify.annotations.NullMarked;
