package dev.kompakt.router.topology;

import dev.kompakt.bootstrap.route.Member;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.router.decide.Settings;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.Mode;
import java.time.Duration;
import java.util.List;

/// What the router is told by its config.
///
/// @param sessionIdle a session that was not used for so long is bound no more
/// @param providers while none has an account, everything is compacted locally
public record RouterSettings(
    Settings decisions, Policy policy, Duration sessionIdle, List<Provider> providers) {
  public RouterSettings {
    providers = List.copyOf(providers);
  }

  /// A provider and its accounts, in the order of the config.
  public record Provider(ProviderId id, Mode mode, List<Member> accounts) {
    public Provider {
      accounts = List.copyOf(accounts);
    }
  }
}
