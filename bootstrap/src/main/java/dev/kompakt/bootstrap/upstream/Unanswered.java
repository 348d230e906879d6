package dev.kompakt.bootstrap.upstream;

import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/// Why a call made with Java's HTTP client got no response. Pure.
public final class Unanswered {
  private Unanswered() {}

  /// What the exception tells that the call ended in. [Cause#CONNECT_FAILED] only where nothing of
  /// the request can have reached the provider: what TLS finds wrong after its handshake is a
  /// connection that was lost.
  public static Cause cause(@Nullable Throwable e) {
    return switch (e) {
      case HttpConnectTimeoutException _,
          ConnectException _,
          UnknownHostException _,
          UnresolvedAddressException _,
          SSLHandshakeException _ ->
          Cause.CONNECT_FAILED;
      case HttpTimeoutException _ -> Cause.HEADER_TIMEOUT;
      case null, default -> Cause.CONNECTION_LOST;
    };
  }
}
