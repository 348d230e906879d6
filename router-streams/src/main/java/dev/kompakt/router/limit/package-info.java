/// What providers accept and refuse, learned from attempts: a pure fold.
///
/// Starting points: [Limits].
@NullMarked
package dev.kompakt.router.limit;

import org.jspecify.annotations.NullMarked;
