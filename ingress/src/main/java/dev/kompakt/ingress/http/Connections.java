package dev.kompakt.ingress.http;

import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/// The connections there are, so many from one address at most: further ones are closed as they
/// come, before a byte of them is read.
final class Connections implements ChannelListener<StreamConnection> {
  private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();
  private final int perAddress;
  private final ChannelListener<? super StreamConnection> next;
  private final Meters meters;

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
    AtomicBoolean left = new AtomicBoolean();
    next.handleEvent(connection);
    ChannelListener<? super StreamConnection> theirs = connection.getCloseListener();
    connection.setCloseListener(
        closed -> {
          leave(peer.getAddress(), left);
          ChannelListeners.invokeChannelListener(closed, theirs);
        });
    if (!connection.isOpen()) {
      leave(peer.getAddress(), left);
    }
  }

  /// How many there are.
  int count() {
    return open.values().stream().mapToInt(Integer::intValue).sum();
  }

  private boolean enter(InetAddress address) {
    boolean[] entered = new boolean[1];
    open.compute(
        address,
        (_, count) -> {
          int now = count == null ? 0 : count;
          entered[0] = now < perAddress;
          return entered[0] ? now + 1 : count;
        });
    return entered[0];
  }

  private void leave(InetAddress address, AtomicBoolean left) {
    if (left.compareAndSet(false, true)) {
      open.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
    }
  }
}
