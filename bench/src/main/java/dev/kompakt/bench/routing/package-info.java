/// What routing costs: choosing an account, and the folding of what is reported.
///
/// Starting points: [RoutingCommand], [Decisions], [Events].
@NullMarked
package dev.kompakt.bench.routing;

import org.jspecify.annotations.NullMarked;
