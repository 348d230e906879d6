package dev.kompakt.bootstrap.credential;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An account whose token is renewed: once at a time in this process, for all who ask, and to its
/// end if one of them leaves. Thread-safe.
final class OAuthAccount {
  private static final Logger LOG = LoggerFactory.getLogger(OAuthAccount.class);
  private static final Renewal.Result OVERLOADED =
      new Renewal.Result.Failed(new Outcome.Declined(null));

  private final AccountId account;
  private final Map<String, String> headers;
  private final SealedTokens tokens;
  private final Renewal renewal;
  private final Means means;
  private final Consumer<Renewal.Result> listener;
  private @Nullable CompletableFuture<Renewal.Result> flight;

  /// Makes one.
  ///
  /// @param headers of every call beside `authorization`
  /// @param listener told what each renewal came to, on its thread
  OAuthAccount(
      AccountId account,
      Map<String, String> headers,
      SealedTokens tokens,
      Renewal renewal,
      Means means,
      Consumer<Renewal.Result> listener) {
    this.account = account;
    this.headers = Map.copyOf(headers);
    this.tokens = tokens;
    this.renewal = renewal;
    this.means = means;
    this.listener = listener;
  }

  /// What the next call carries. A token near its end serves on if there is none newer to be had.
  Access access() throws InterruptedException {
    if (!means.log().awaitLoaded(means.timing().patience())) {
      return access(OVERLOADED);
    }
    Known known = means.log().known(account);
    Token token = tokens.current(known);
    if (token != null && token.fresh(means.clock().instant())) {
      return granted(token, known.version());
    }
    Renewal.Result renewed = newerThan(known.version());
    return renewed instanceof Renewal.Result.Failed
            && token != null
            && token.usable(means.clock().instant())
        ? granted(token, known.version())
        : access(renewed);
  }

  /// What a call carries after one with this was refused.
  Access after(Access.Granted refused) throws InterruptedException {
    return access(newerThan(refused.version()));
  }

  /// Renews what is stored if the config has a newer token, which its owner set because the stored
  /// one is refused: nobody would ask for it.
  void succeedStored() {
    Known known = means.log().known(account);
    if (known.stored() != null && tokens.current(known) == null) {
      var _ = join(known.version());
    }
  }

  private Renewal.Result newerThan(long version) throws InterruptedException {
    Countdown patience = new Countdown(means.timing().patience());
    while (true) {
      try {
        Renewal.Result result = join(version).get(patience.left().toNanos(), TimeUnit.NANOSECONDS);
        if (!(result instanceof Renewal.Result.Newer newer) || newer.version() > version) {
          return result;
        }
      } catch (TimeoutException | RejectedExecutionException e) {
        return OVERLOADED;
      } catch (ExecutionException e) {
        LOG.atError()
            .addKeyValue("account", account)
            .setCause(e.getCause())
            .log("renewing a token failed here");
        return new Renewal.Result.Failed(new Outcome.Transient(Cause.WORKER_FAULT, null, null));
      }
    }
  }

  private synchronized CompletableFuture<Renewal.Result> join(long version) {
    CompletableFuture<Renewal.Result> running = flight;
    if (running == null || running.isDone()) {
      CompletableFuture<Renewal.Result> started = new CompletableFuture<>();
      means.threads().execute(() -> renew(version, started));
      flight = started;
      return started;
    }
    return running;
  }

  private void renew(long version, CompletableFuture<Renewal.Result> result) {
    try {
      Renewal.Result renewed = renewal.newerThan(version);
      listener.accept(renewed);
      result.complete(renewed);
    } catch (InterruptedException e) {
      result.complete(OVERLOADED);
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  private Access access(Renewal.Result result) {
    return switch (result) {
      case Renewal.Result.Newer(Token token, long version, _) -> granted(token, version);
      case Renewal.Result.Failed(Outcome outcome) -> new Access.Refused(outcome);
    };
  }

  private Access granted(Token token, long version) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("authorization", "Bearer " + token.access());
    return new Access.Granted(all, version);
  }
}
