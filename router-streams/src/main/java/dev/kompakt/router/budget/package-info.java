/// What accounts were used for, added up from attempts: a pure fold.
///
/// Starting points: [Budget].
@NullMarked
package dev.kompakt.router.budget;

import org.jspecify.annotations.NullMarked;
