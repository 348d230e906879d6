package dev.kompakt.ingress.http;

import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/// The connections there are, so many from one address at most: further ones are closed as they
/// come, before a byte of them is read.
final class Connections implements ChannelListener<StreamConnection> {
  private final Map<InetAddress, Integer> addresses = new ConcurrentHashMap<>();
  private final Map<StreamConnection, End> open = new ConcurrentHashMap<>();
  private final int perAddress;
  private final ChannelListener<? super StreamConnection> next;
  private final Meters meters;

  /// Whether a connection has been seen with its last word said.
  private enum End {
    NOT_SEEN,
    SEEN
  }

  /// Makes one without any.
  ///
  /// @param next who takes those that may stay
  Connections(int perAddress, ChannelListener<? super StreamConnection> next, Meters meters) {
    this.perAddress = perAddress;
    this.next = next;
    this.meters = meters;
  }

  @Override
  public void handleEvent(StreamConnection connection) {
    if (!(connection.getPeerAddress() instanceof InetSocketAddress peer)
        || !enter(peer.getAddress())) {
      meters.count(Meter.REFUSED, "connections");
      IoUtils.safeClose(connection);
      return;
    }
    open.put(connection, End.NOT_SEEN);
    next.handleEvent(connection);
    ChannelListener<? super StreamConnection> theirs = connection.getCloseListener();
    connection.setCloseListener(
        closed -> {
          leave(connection, peer.getAddress());
          ChannelListeners.invokeChannelListener(closed, theirs);
        });
    if (!connection.isOpen()) {
      leave(connection, peer.getAddress());
    }
  }

  /// How many there are.
  int count() {
    return open.size();
  }

  /// Closes those to which the last word was said before the sweep before this one: Undertow leaves
  /// that to the client.
  void sweep() {
    open.forEach(
        (connection, end) -> {
          if (connection.isWriteShutdown()) {
            if (end == End.SEEN) {
              IoUtils.safeClose(connection);
            } else {
              open.replace(connection, End.NOT_SEEN, End.SEEN);
            }
          }
        });
  }

  private boolean enter(InetAddress address) {
    boolean[] entered = new boolean[1];
    addresses.compute(
        address,
        (_, count) -> {
          int now = count == null ? 0 : count;
          entered[0] = now < perAddress;
          return entered[0] ? Integer.valueOf(now + 1) : count;
        });
    return entered[0];
  }

  private void leave(StreamConnection connection, InetAddress address) {
    if (open.remove(connection) != null) {
      addresses.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
    }
  }
}
