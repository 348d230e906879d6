package dev.kompakt.testing;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// What issues one account's tokens at a [FakeUpstream]: it takes each refresh token once, and
/// closes the account for good when one comes a second time, as strict ones do. Tokens are
/// `rt-<account>-<secret>-<number>` and `at-…`, counting up from 1. Thread-safe.
public final class TokenIssuer {
  private final String account;
  private final Map<String, Instant> accessTokens = new HashMap<>();
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private final AtomicInteger inside = new AtomicInteger();
  private volatile Supplier<Optional<Reply>> instead = Optional::empty;
  private Duration life = Duration.ofHours(1);
  private int number = 1;
  private boolean closed;

  /// Makes one that has issued nothing but the first refresh token.
  ///
  /// @param account part of every token's text
  public TokenIssuer(String account) {
    this.account = account;
  }

  /// The refresh token that is good now.
  public synchronized String refreshToken() {
    return "rt-" + account + "-" + Canaries.SECRET + "-" + number;
  }

  /// How long access tokens are good from now on.
  public synchronized TokenIssuer lasting(Duration each) {
    life = each;
    return this;
  }

  /// What is answered instead of a token, and uses no refresh token up; nothing for a token. Asked
  /// on the call's thread.
  public TokenIssuer instead(Supplier<Optional<Reply>> reply) {
    instead = reply;
    return this;
  }

  /// From now on no access token issued so far is good.
  public synchronized void revoke() {
    accessTokens.clear();
  }

  /// How many tokens were issued.
  public synchronized int issued() {
    return number - 1;
  }

  /// What a strict issuer closes an account for; to be empty in every test.
  public List<String> violations() {
    return List.copyOf(violations);
  }

  /// Whether a call is this account's to answer for.
  boolean knows(Call call) {
    return call.endpoint() == Call.Endpoint.TOKEN
        ? field(call, "refresh_token").startsWith("rt-" + account + "-")
        : call.authorization().startsWith("Bearer at-" + account + "-");
  }

  /// Whether the access token a call carries is good.
  synchronized boolean accepts(Call call) {
    String token = call.authorization().substring("Bearer ".length());
    return accessTokens.getOrDefault(token, Instant.EPOCH).isAfter(Instant.now());
  }

  /// Issues the next token.
  Reply answer(Call call) {
    if (inside.incrementAndGet() > 1) {
      violations.add(account + " asked for two tokens at once");
    }
    try {
      return instead.get().orElseGet(() -> next(field(call, "refresh_token")));
    } finally {
      inside.decrementAndGet();
    }
  }

  private synchronized Reply next(String used) {
    if (!used.equals(refreshToken())) {
      violations.add("refresh token used twice: " + used.replace(Canaries.SECRET, "…"));
      closed = true;
    }
    if (closed) {
      return Reply.error(401, "invalid_request_error", "refresh_token_reused", "Sign in again.");
    }
    number++;
    String access = "at-" + account + "-" + Canaries.SECRET + "-" + number;
    accessTokens.put(access, Instant.now().plus(life));
    return Reply.status(
        200,
        Map.of(),
        "{\"access_token\":\"%s\",\"refresh_token\":\"%s\",\"expires_in\":%d}"
            .formatted(access, refreshToken(), life.toSeconds()));
  }

  private static String field(Call call, String name) {
    for (String field : call.body().orElse("").split("&", -1)) {
      if (field.startsWith(name + "=")) {
        return URLDecoder.decode(field.substring(name.length() + 1), StandardCharsets.UTF_8);
      }
    }
    return "";
  }
}
