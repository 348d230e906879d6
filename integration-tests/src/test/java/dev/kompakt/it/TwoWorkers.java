package dev.kompakt.it;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Layout;
import java.nio.file.Path;

/// Deployments with two workers that reach the provider by a path of their own each, so that it
/// sees who calls. They have one account, whose lane is one worker's at a time, and send the chunks
/// of a compaction one by one.
final class TwoWorkers {
  private static final String FIRST = "worker";
  private static final String SECOND = "worker-2";

  private TwoWorkers() {}

  /// Starts one; ready when it returns.
  ///
  /// @param concurrency of the account
  static Cluster start(Path home, FakeUpstream upstream, int concurrency) {
    String config =
        """
        ingress: { keepalive: { firstAfter: 60s } }
        providers: %s
        accounts:
          - { id: team-a, provider: fake, apiKey: "file:%s", quota: { concurrency: %d } }
        compaction: { parallelChunks: 1 }
        """
            .formatted(providers(upstream, FIRST), Configs.key("a"), concurrency);
    return Deployment.inProcesses(
        home,
        config,
        Layout.ONE_OF_EACH.workers(2).setting(SECOND, "providers", providers(upstream, SECOND)));
  }

  private static String providers(FakeUpstream upstream, String worker) {
    return "[{ id: fake, baseUrl: \"http://127.0.0.1:%d/%s/v1\", mode: summarize, chunkBytes: 64KiB }]"
        .formatted(upstream.port(), worker);
  }

  /// The worker that made a call.
  static String maker(Call call) {
    return call.path().startsWith("/" + SECOND + "/") ? SECOND : FIRST;
  }

  static String other(String worker) {
    return worker.equals(FIRST) ? SECOND : FIRST;
  }
}
