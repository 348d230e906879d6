package dev.kompakt.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.testing.Fault.Direction;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FaultProxyTest {
  private ServerSocket echo;
  private FaultProxy link;

  @BeforeEach
  void start() throws IOException {
    echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    link = FaultProxy.to(echo.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    link.close();
    echo.close();
  }

  private void serve() {
    while (!echo.isClosed()) {
      try {
        Socket socket = echo.accept();
        Thread.ofVirtual().start(() -> echo(socket));
      } catch (IOException e) {
        // closed
      }
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      var _ = socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // the link was broken
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), link.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String receive(Socket socket, int bytes) throws IOException {
    return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8);
  }

  private static void assertTalking(Socket socket) throws IOException {
    send(socket, "ping");
    assertThat(receive(socket, 4)).isEqualTo("ping");
  }

  @Test
  void shouldPassBothWaysAndEndInOrder() throws IOException {
    try (Socket socket = connect()) {
      assertTalking(socket);
      socket.shutdownOutput();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(link.accepted()).isEqualTo(1);
    assertThat(link.passed(Direction.TO_SERVER)).isEqualTo(4);
    assertThat(link.passed(Direction.TO_CLIENT)).isEqualTo(4);
  }

  @Test
  void shouldPassLateWhenTold() throws IOException {
    try (Socket socket = connect()) {
      assertTalking(socket);
      link.set(new Fault.Latency(Duration.ofMillis(150)));
      long begin = System.nanoTime();
      assertTalking(socket);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(299));
    }
  }

  @Test
  void shouldKeepToABandwidthInOneDirectionUntilHealed() throws IOException {
    link.set(new Fault.Bandwidth(Direction.TO_CLIENT, 10_000));
    try (Socket socket = connect()) {
      long begin = System.nanoTime();
      send(socket, "x".repeat(1_000_000));
      assertThat(receive(socket, 3_000)).hasSize(3_000);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(250));
      link.heal();
      assertThat(receive(socket, 997_000)).hasSize(997_000);
    }
  }

  @Test
  void shouldCutAfterSoManyBytesOfOneDirection() throws IOException {
    try (Socket socket = connect()) {
      assertTalking(socket);
      link.set(new Fault.Cut(Direction.TO_CLIENT, 6));
      send(socket, "123456789");
      assertThat(receive(socket, 9)).isEqualTo("123456");
    }
  }

  @Test
  void shouldResetOpenConnectionsAndNewOnes() throws IOException {
    try (Socket open = connect()) {
      assertTalking(open);
      link.set(new Fault.Reset());
      assertThatThrownBy(() -> receive(open, 1))
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      assertThatThrownBy(
              () -> {
                try (Socket fresh = connect()) {
                  receive(fresh, 1);
                }
              })
          .isInstanceOf(SocketException.class);
    }
    link.heal();
    try (Socket healed = connect()) {
      assertTalking(healed);
    }
  }

  @Test
  void shouldHoldEverythingInABlackHoleUntilHealed() throws IOException {
    try (Socket open = connect()) {
      assertTalking(open);
      link.set(new Fault.BlackHole());
      try (Socket fresh = connect()) {
        send(open, "held");
        send(fresh, "kept");
        open.setSoTimeout(300);
        assertThatThrownBy(() -> receive(open, 1)).isInstanceOf(SocketTimeoutException.class);
        assertThat(link.passed(Direction.TO_SERVER)).isEqualTo(4);

        link.heal();

        open.setSoTimeout(10_000);
        assertThat(receive(open, 4)).isEqualTo("held");
        assertThat(receive(fresh, 4)).isEqualTo("kept");
      }
    }
  }

  @Test
  void shouldRefuseUntilHealedAtTheSamePort() throws IOException {
    link.set(new Fault.Refuse());
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    link.heal();
    try (Socket socket = connect()) {
      assertTalking(socket);
    }
  }

  @Test
  void shouldResetWhoComesWhileTheServerIsNotThere() throws IOException {
    echo.close();
    assertThatThrownBy(
            () -> {
              try (Socket socket = connect()) {
                receive(socket, 1);
              }
            })
        .isInstanceOf(SocketException.class);
  }

  @Test
  void shouldEndWhatIsHeldWhenClosed() throws Exception {
    try (Socket socket = connect()) {
      assertTalking(socket);
      link.set(new Fault.BlackHole());
      send(socket, "held");
      link.close();
      assertThatThrownBy(() -> receive(socket, 1)).isInstanceOf(SocketException.class);
    }
    while (link.open() > 0) {
      Thread.sleep(1);
    }
  }
}
