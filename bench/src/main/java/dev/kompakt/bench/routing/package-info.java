/// What routing costs: here, the folding of what is reported.
///
/// Starting points: [RoutingCommand], [Events].
@NullMarked
package dev.kompakt.bench.routing;

import org.jspecify.annotations.NullMarked;
