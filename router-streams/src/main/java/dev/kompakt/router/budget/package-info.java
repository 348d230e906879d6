/// What is known of accounts, and what tenants used, added up from reports: pure folds.
///
/// Starting points: [Budget] (the folds), [Fitness] (whether an account may be used, and what
/// changes that), [Windows] (what was read of its quota), [Call] (one call, whoever made it).
@NullMarked
package dev.kompakt.router.budget;

import org.jspecify.annotations.NullMarked;
