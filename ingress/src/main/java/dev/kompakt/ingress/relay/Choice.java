package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.bootstrap.route.Routing;
import java.time.Instant;

/// What asking for an account came to.
sealed interface Choice {
  /// A call may be made; whoever gets the place closes it.
  record Use(Place place) implements Choice {}

  /// None may be used before.
  record Wait(Instant until, Pause.Cause cause) implements Choice {}

  /// None may be used, and no time changes that.
  record None(Routing.Nowhere.Cause cause) implements Choice {}

  /// Each that may be used has as many calls as it may have at once, and kept them.
  record Full() implements Choice {}
}
