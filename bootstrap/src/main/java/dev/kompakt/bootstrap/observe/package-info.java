/// Meters, health and logging shared by all roles.
///
/// Starting points: [Meter] (every metric's name), [Meters], [Health].
@NullMarked
package dev.kompakt.bootstrap.observe;

import org.jspecify.annotations.NullMarked;
