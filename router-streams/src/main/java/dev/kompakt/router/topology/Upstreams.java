package dev.kompakt.router.topology;

import dev.kompakt.bootstrap.route.Pool;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.router.route.Upstream;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Mode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The configured providers with all that one stream task knows of their accounts. Belongs to the
/// task's thread.
final class Upstreams {
  /// What submissions name that were made while no account was configured.
  private static final ProviderId NO_PROVIDER = new ProviderId("local");

  private final RouterSettings settings;
  private final Map<ProviderId, Upstream> upstreams = new LinkedHashMap<>();

  /// Those of the config, of whose accounts nothing is known yet.
  Upstreams(RouterSettings settings) {
    this.settings = settings;
    for (RouterSettings.Provider provider : settings.providers()) {
      upstreams.put(
          provider.id(),
          new Upstream(
              provider.id(), provider.mode(), new Pool(provider.accounts(), settings.policy())));
    }
  }

  /// The provider of this id; null if there is none.
  @Nullable Upstream of(ProviderId provider) {
    Upstream configured = upstreams.get(provider);
    if (configured != null) {
      return configured;
    }
    return provider.equals(NO_PROVIDER) || upstreams.values().stream().allMatch(Upstream::local)
        ? new Upstream(provider, Mode.LOCAL, new Pool(List.of(), settings.policy()))
        : null;
  }

  /// Takes in what all processes know of an account.
  void learn(AccountStatus status) {
    Upstream upstream = upstreams.get(status.provider());
    if (upstream != null) {
      upstream.accounts().learn(status);
    }
  }

  /// Takes in what this task noted of an account.
  void note(Standing standing) {
    upstreams.values().forEach(upstream -> upstream.accounts().note(standing));
  }
}
