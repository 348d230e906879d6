/// What accounts and tenants used, added up from their upstream calls: a pure fold.
///
/// Starting points: [Call] (one call, whoever made it), [Budget] (the fold).
@NullMarked
package dev.kompakt.router.budget;

import org.jspecify.annotations.NullMarked;
