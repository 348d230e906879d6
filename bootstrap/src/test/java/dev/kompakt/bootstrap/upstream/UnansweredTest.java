package dev.kompakt.bootstrap.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UnansweredTest {
  static Stream<Exception> beforeTheRequest() {
    return Stream.of(
        new HttpConnectTimeoutException("late"),
        new ConnectException(),
        new UnknownHostException(),
        new UnresolvedAddressException(),
        new SSLHandshakeException("untrusted"));
  }

  @ParameterizedTest
  @MethodSource("beforeTheRequest")
  void shouldKnowThatNothingWasSent(Exception e) {
    assertThat(Unanswered.cause(e)).isEqualTo(Cause.CONNECT_FAILED);
  }

  @Test
  void shouldNotSayThatNothingWasSentWhenSomethingMayHaveBeen() {
    assertThat(Unanswered.cause(new HttpTimeoutException("late"))).isEqualTo(Cause.HEADER_TIMEOUT);
    assertThat(Unanswered.cause(new SSLException("reset"))).isEqualTo(Cause.CONNECTION_LOST);
    assertThat(Unanswered.cause(new IOException("reset"))).isEqualTo(Cause.CONNECTION_LOST);
    assertThat(Unanswered.cause(null)).isEqualTo(Cause.CONNECTION_LOST);
  }
}
