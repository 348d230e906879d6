package dev.kompakt.it;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Layout;
import java.nio.file.Path;

/// Testbeds with two workers of which the second reaches the provider by a path of its own, so that
/// it sees who calls.
final class TwoWorkers {
  private static final String FIRST = "worker";
  private static final String SECOND = "worker-2";
  private static final String MODE = "summarize, chunkBytes: 64KiB";

  private TwoWorkers() {}

  /// Starts one with a single account, whose lane is one worker's at a time, and with compactions
  /// whose chunks are sent one by one.
  ///
  /// @param concurrency of the account
  static Testbed start(Path home, int concurrency) {
    return Testbed.start(
        home,
        upstream -> told(Layout.ONE_OF_EACH.workers(2), upstream, MODE),
        upstream ->
            """
            ingress: { keepalive: { firstAfter: 60s } }
            providers: [{ id: fake, baseUrl: "%s", mode: %s }]
            accounts:
              - { id: team-a, provider: fake, apiKey: "file:%s", quota: { concurrency: %d } }
            compaction: { parallelChunks: 1 }
            """
                .formatted(upstream.baseUrl(), MODE, Configs.key("a"), concurrency));
  }

  /// This layout, in which the provider sees whether the second worker calls.
  ///
  /// @param mode of the provider, and what follows it in the config
  static Layout told(Layout layout, FakeUpstream upstream, String mode) {
    String providers =
        "[{ id: fake, baseUrl: \"http://127.0.0.1:%d/%s/v1\", mode: %s }]"
            .formatted(upstream.port(), SECOND, mode);
    return layout.setting(SECOND, "providers", providers);
  }

  /// The worker that made a call.
  static String maker(Call call) {
    return call.path().startsWith("/" + SECOND + "/") ? SECOND : FIRST;
  }

  static String other(String worker) {
    return worker.equals(FIRST) ? SECOND : FIRST;
  }
}
