package dev.kompakt.bootstrap.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.config.Secret;
import dev.kompakt.bootstrap.seal.CredentialSeal;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.schemas.id.AccountId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/// Processes that share an account, a log and an endpoint that forgives nothing.
final class SharedAccount implements AutoCloseable {
  static final Timing BRIEF =
      new Timing(
          Duration.ofMillis(1500),
          Duration.ofMillis(500),
          Duration.ofSeconds(4),
          Duration.ofSeconds(5),
          Duration.ofMinutes(1));

  static final AccountId ACCOUNT = new AccountId("a");

  final SharedLog log = new SharedLog(7);
  final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-20T10:00:00Z"));
  final SingleUseEndpoint endpoint;
  private final InstantSource clock = now::get;
  private final ShortCalls calls = new ShortCalls(Duration.ofSeconds(5));

  SharedAccount() throws IOException {
    endpoint = new SingleUseEndpoint();
  }

  @Override
  public void close() {
    threads.shutdownNow();
    calls.close();
    endpoint.close();
  }

  OAuthAccount process(String refreshToken) {
    return process(log, refreshToken, BRIEF);
  }

  OAuthAccount process(SharedLog shared, String refreshToken, Timing timing) {
    return process(shared, refreshToken, timing, new Semaphore(8));
  }

  OAuthAccount process(SharedLog shared, String refreshToken, Timing timing, Semaphore gate) {
    KompaktConfig.OAuth oauth =
        new KompaktConfig.OAuth(
            endpoint.url(),
            "app",
            Secret.parse("env:UNUSED"),
            Map.of("chatgpt-account-id", "acc-1"));
    Means means =
        new Means(
            "process",
            shared.process(),
            new TokenEndpoint(calls, clock),
            gate,
            threads,
            timing,
            clock);
    SealedTokens tokens =
        new SealedTokens(new CredentialSeal(new SealingKey(new byte[32])), ACCOUNT, refreshToken);
    return new OAuthAccount(
        ACCOUNT,
        Map.of("chatgpt-account-id", "acc-1"),
        tokens,
        new Renewal(ACCOUNT, oauth, tokens, means),
        means,
        _ -> {});
  }

  /// The header that says who calls.
  static String carried(Access access) {
    assertThat(access).isInstanceOf(Access.Granted.class);
    return ((Access.Granted) access).headers().getOrDefault("authorization", "");
  }
}
