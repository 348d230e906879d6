package dev.kompakt.router.topology;

import dev.kompakt.router.decide.Settings;
import dev.kompakt.router.route.Upstream;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.Mode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the router is told by its config.
///
/// @param upstreams the configured providers; while none has an account, everything is compacted
///   locally
public record RouterSettings(Settings decisions, List<Upstream> upstreams) {
  public RouterSettings {
    upstreams = List.copyOf(upstreams);
  }

  /// The provider of this id; null if there is none.
  @Nullable Upstream upstream(ProviderId provider) {
    if (upstreams.stream().allMatch(Upstream::local)) {
      return new Upstream(provider, Mode.LOCAL, List.of());
    }
    for (Upstream upstream : upstreams) {
      if (upstream.provider().equals(provider)) {
        return upstream;
      }
    }
    return null;
  }
}
