package dev.kompakt.bootstrap.credential;

import dev.kompakt.schemas.record.Outcome;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Whether an account can be called now, and with what.
public sealed interface Access {
  /// What a call has come to whose credential is refused though it cannot be newer.
  Outcome REFUSED_FOR_GOOD =
      new Outcome.Unauthorized(401, Outcome.Unauthorized.Standing.REAUTH_REQUIRED);

  /// Whether an outcome says that the credential was refused, and nothing of the account: one that
  /// is renewed may be taken. Null says nothing.
  static boolean refused(@Nullable Outcome outcome) {
    return outcome instanceof Outcome.Unauthorized(int status, var standing)
        && status == 401
        && standing == null;
  }

  /// It can. What it is called with is shown by [#headers] alone.
  final class Granted implements Access {
    private final Map<String, String> headers;
    private final long version;

    /// Takes what a call is to carry.
    ///
    /// @param headers by their lower-case names
    /// @param version counts what the account was called with, so that a refusal is of a certain
    ///   one
    Granted(Map<String, String> headers, long version) {
      this.headers = Map.copyOf(headers);
      this.version = version;
    }

    /// To be sent with the call: `authorization`, and what the config gives for this account. Names
    /// are in lower case.
    public Map<String, String> headers() {
      return headers;
    }

    long version() {
      return version;
    }

    @Override
    public String toString() {
      return "Granted[" + headers.keySet() + ", version " + version + "]";
    }
  }

  /// It cannot.
  ///
  /// @param outcome what a call that is not made for this has come to: [Outcome.Unauthorized] if
  ///   the credential is refused, [Outcome.Transient] if it could not be renewed now, and
  ///   [Outcome.Declined] if this process could not even ask, which is not the account's fault
  record Refused(Outcome outcome) implements Access {}
}
