/// Work and faults at random for as long as asked, and what must hold after it.
///
/// Starting point: [Soak].
@NullMarked
package dev.kompakt.testing.soak;

import org.jspecify.annotations.NullMarked;
