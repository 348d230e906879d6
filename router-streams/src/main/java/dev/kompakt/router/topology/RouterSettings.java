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

  /// What submissions name that were made while no account was configured.
  private static final ProviderId NO_PROVIDER = new ProviderId("local");

  /// The provider of this id; null if there is none.
  public @Nullable Upstream upstream(ProviderId provider) {
    for (Upstream upstream : upstreams) {
      if (upstream.provider().equals(provider)) {
        return upstream;
      }
    }
    return provider.equals(NO_PROVIDER) || upstreams.stream().allMatch(Upstream::local)
        ? new Upstream(provider, Mode.LOCAL, List.of())
        : null;
  }
}
