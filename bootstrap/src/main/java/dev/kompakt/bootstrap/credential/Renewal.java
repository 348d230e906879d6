package dev.kompakt.bootstrap.credential;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.CredentialEvent.Claimed;
import dev.kompakt.schemas.record.CredentialEvent.Released;
import dev.kompakt.schemas.record.CredentialEvent.Renewed;
import dev.kompakt.schemas.record.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Renews one account's token, or adopts what another process got meanwhile. The log decides who
/// asks the endpoint: whose claim holds once it is read back. Thread-safe; to be run once at a
/// time.
final class Renewal {
  private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final AccountId account;
  private final KompaktConfig.OAuth oauth;
  private final SealedTokens tokens;
  private final Means means;

  /// What came of it.
  sealed interface Result {
    /// There is a newer token.
    ///
    /// @param version its offset
    /// @param here whether this process got it from the endpoint
    record Newer(Token token, long version, boolean here) implements Result {}

    /// There is none.
    record Failed(Outcome outcome) implements Result {}
  }

  Renewal(AccountId account, KompaktConfig.OAuth oauth, SealedTokens tokens, Means means) {
    this.account = account;
    this.oauth = oauth;
    this.tokens = tokens;
    this.means = means;
  }

  /// Gets a token newer than this version, within the patience.
  Result newerThan(long version) throws InterruptedException {
    Countdown patience = new Countdown(means.timing().patience());
    while (true) {
      Known known = means.log().known(account);
      Result said = said(known, version);
      if (said != null) {
        return said;
      }
      if (patience.over()) {
        return overloaded();
      }
      if (known.held() != null && !over(known.held())) {
        means.log().awaitMore(account, known.newest(), patience.atMost(untilOver()));
      } else if (means.gate().tryAcquire(patience.left().toNanos(), TimeUnit.NANOSECONDS)) {
        try {
          Result result = claim(known);
          if (result != null) {
            return result;
          }
        } catch (NotWrittenException e) {
          return overloaded();
        } finally {
          means.gate().release();
        }
      }
    }
  }

  private static Result overloaded() {
    return new Result.Failed(new Outcome.Declined(null));
  }

  /// What the log says already; null if nothing.
  private @Nullable Result said(Known known, long version) {
    Token token = known.version() > version ? tokens.current(known) : null;
    if (token != null) {
      return new Result.Newer(token, known.version(), false);
    }
    Known.Refusal refusal = known.refusal();
    return refusal != null
            && Duration.between(refusal.at(), means.clock().instant())
                    .abs()
                    .compareTo(means.timing().refused())
                < 0
        ? new Result.Failed(refusal.outcome())
        : null;
  }

  /// Whether a claim's owner uses no token any more. It was known here for as long as it lasts, or
  /// its end is past by more than clocks can be apart.
  private boolean over(Known.Held held) {
    return untilOver().isZero()
        || held.claim().until().plus(means.timing().skew()).isBefore(means.clock().instant());
  }

  private Duration untilOver() {
    Duration left = means.timing().claim().minus(means.log().heldFor(account));
    return left.isNegative() ? Duration.ZERO : left;
  }

  /// Claims the renewal and renews; null if another's claim holds. If this one does, nothing was
  /// written since `known`, so there is no newer token.
  private @Nullable Result claim(Known known) throws InterruptedException {
    Countdown valid = new Countdown(means.timing().claim());
    Instant now = means.clock().instant();
    long claim =
        means
            .log()
            .write(
                new Claimed(
                    account,
                    means.process(),
                    now,
                    now.plus(means.timing().claim()),
                    known.newest()));
    Duration toRead = valid.left().minus(means.timing().ask()).dividedBy(2);
    if (!means.log().awaitRead(claim, toRead)) {
      return overloaded();
    }
    if (!means.log().known(account).holds(claim)) {
      return null;
    }
    if (valid.left().compareTo(means.timing().ask().multipliedBy(2)) < 0) {
      release(claim, null);
      return null;
    }
    return ask(known, claim);
  }

  private Result ask(Known known, long claim) throws InterruptedException {
    CrashPoint.CREDENTIAL_CLAIMED.pass();
    return switch (means.endpoint().ask(oauth, tokens.refreshToken(known), means.timing().ask())) {
      case TokenAnswer.Renewed(Token token) -> {
        CrashPoint.CREDENTIAL_GIVEN.pass();
        long version = write(tokens.sealed(token, known, claim));
        LOG.atInfo()
            .addKeyValue("account", account)
            .addKeyValue("expires", token.expiresAt())
            .log("the account's token was renewed");
        yield new Result.Newer(token, version, true);
      }
      case TokenAnswer.Refused(Outcome outcome, String code) -> {
        LOG.atWarn()
            .addKeyValue("account", account)
            .addKeyValue("outcome", outcome)
            .addKeyValue("code", code)
            .log("the token endpoint gave no token");
        release(claim, outcome);
        yield new Result.Failed(outcome);
      }
      case TokenAnswer.Missing(Outcome.Transient.Cause cause) -> {
        LOG.atWarn()
            .addKeyValue("account", account)
            .addKeyValue("cause", cause)
            .log("the token endpoint did not answer");
        release(claim, null);
        yield new Result.Failed(new Outcome.Transient(cause, null, null));
      }
    };
  }

  /// Writes a token, for as long as it takes: the one it was had for is used up, so without it the
  /// account is lost. Nobody gets it before.
  private long write(Renewed renewed) throws InterruptedException {
    while (true) {
      try {
        long offset = means.log().write(renewed);
        var _ = means.log().awaitRead(offset, means.timing().patience());
        return offset;
      } catch (NotWrittenException e) {
        LOG.atError()
            .addKeyValue("account", account)
            .log("Kafka did not take a new token, trying again; it is in this process alone");
        Thread.sleep(PAUSE);
      }
    }
  }

  private void release(long claim, @Nullable Outcome refusal) {
    try {
      means.log().write(new Released(account, claim, means.clock().instant(), refusal));
    } catch (NotWrittenException e) {
      LOG.atWarn()
          .addKeyValue("account", account)
          .log("Kafka did not take the end of a claim; it ends by itself");
    }
  }
}
