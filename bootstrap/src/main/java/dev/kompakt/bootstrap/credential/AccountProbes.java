package dev.kompakt.bootstrap.credential;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.ErrorBody;
import dev.kompakt.bootstrap.upstream.UsageHeaders;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Unauthorized.Standing;
import dev.kompakt.schemas.record.UsageReading;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tries accounts with calls that cost no tokens: `GET` of their provider's usage address, or of
/// `{baseUrl}/models` where there is none. Thread-safe.
public final class AccountProbes implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Map<AccountId, KompaktConfig.Provider> providers = new HashMap<>();
  private final Credentials credentials;
  private final Consumer<AccountReport> reports;
  private final Meters meters;
  private final InstantSource clock;
  private final ShortCalls calls;

  /// What was found of an account.
  ///
  /// @param readings what was said of its quota; null for nothing
  /// @param refusal why it was refused; null if it was not
  public record Finding(@Nullable List<UsageReading> readings, @Nullable Outcome refusal) {
    public Finding {
      readings = readings == null ? null : List.copyOf(readings);
    }
  }

  /// Makes it for the accounts of a config.
  ///
  /// @param reports where probes are reported
  public AccountProbes(
      KompaktConfig config,
      Credentials credentials,
      Consumer<AccountReport> reports,
      Meters meters,
      InstantSource clock) {
    this.credentials = credentials;
    this.reports = reports;
    this.meters = meters;
    this.clock = clock;
    calls = new ShortCalls(config.upstream().connectTimeout());
    Map<ProviderId, KompaktConfig.Provider> byId = new HashMap<>();
    config.providers().forEach(provider -> byId.put(provider.id(), provider));
    config
        .accounts()
        .forEach(
            account ->
                providers.put(account.id(), Objects.requireNonNull(byId.get(account.provider()))));
  }

  /// Tries an account, as an operator wants it, and reports what came of it. Takes up to a minute.
  ///
  /// @throws IllegalArgumentException if the config has no such account
  public AccountReport.Probed probe(AccountId account) throws InterruptedException {
    KompaktConfig.Provider provider = provider(account);
    Finding found = ask(account);
    AccountReport.Probed probed =
        new AccountReport.Probed(
            account, provider.id(), clock.instant(), found.readings(), found.refusal());
    reports.accept(probed);
    return probed;
  }

  /// Tries an account and reports nothing. A refused credential is renewed and tried once more.
  ///
  /// @throws IllegalArgumentException if the config has no such account
  public Finding ask(AccountId account) throws InterruptedException {
    KompaktConfig.Provider provider = provider(account);
    return switch (credentials.access(account)) {
      case Access.Refused(Outcome outcome) -> new Finding(null, outcome);
      case Access.Granted granted -> {
        Finding found = once(account, provider, granted);
        if (!Access.refused(found.refusal())) {
          yield found;
        }
        yield switch (credentials.renew(account, granted)) {
          case Access.Refused(Outcome outcome) -> new Finding(null, outcome);
          case Access.Granted renewed -> {
            Finding again = once(account, provider, renewed);
            yield Access.refused(again.refusal())
                ? new Finding(null, Access.REFUSED_FOR_GOOD)
                : again;
          }
        };
      }
    };
  }

  private KompaktConfig.Provider provider(AccountId account) {
    KompaktConfig.Provider provider = providers.get(account);
    if (provider == null) {
      throw new IllegalArgumentException("the config of this process has no account " + account);
    }
    return provider;
  }

  private Finding once(AccountId account, KompaktConfig.Provider provider, Access.Granted access)
      throws InterruptedException {
    URI usage = provider.usageUrl();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(usage == null ? models(provider) : usage)
            .header("accept", "application/json")
            .header("user-agent", "kompakt");
    access.headers().forEach(request::setHeader);
    return switch (calls.send(request.build(), TIMEOUT)) {
      case ShortCalls.None none ->
          new Finding(null, new Outcome.Transient(none.cause(), null, null));
      case ShortCalls.Answer answer -> found(account, usage != null, answer);
    };
  }

  private static URI models(KompaktConfig.Provider provider) {
    String base = provider.baseUrl().toString();
    return URI.create(
        (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/models");
  }

  private Finding found(AccountId account, boolean ofUsage, ShortCalls.Answer answer) {
    Runnable implausible = () -> meters.count(Meter.IMPLAUSIBLE_USAGE, account.value());
    UsageReadings readings = new UsageReadings(clock, implausible);
    UsageHeaders.read(answer::header, readings);
    int status = answer.status();
    if (status == 200) {
      if (ofUsage) {
        UsageAnswer.read(answer.body(), readings);
      }
      return new Finding(readings.all(), null);
    }
    if (ofUsage && (status == 402 || status == 404)) {
      return new Finding(null, new Outcome.Unauthorized(status, Standing.DEACTIVATED));
    }
    Classification classes = new Classification(0, answer::header, clock.instant(), implausible);
    return new Finding(
        readings.all(), classes.status(status, ErrorBody.of(answer.body(), classes.theirs())));
  }

  @Override
  public void close() {
    calls.close();
  }
}
