package dev.kompakt.testing;

import dev.kompakt.testing.Fault.Direction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A link on loopback that can be made to fail: it listens at a port of its own and passes on to a
/// server, which need not be there yet. What it does can be changed at any time, for connections
/// that are open too. Thread-safe.
public final class FaultProxy implements AutoCloseable {
  private static final int MOST_CONNECTIONS = 2_048;
  private static final int BACKLOG = 1_024;
  private static final int CONNECT_MILLIS = 5_000;

  private final InetSocketAddress server;
  private final int port = FreePort.next();
  private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicLong accepted = new AtomicLong();
  private final Map<Direction, AtomicLong> bytes = new EnumMap<>(Direction.class);
  private @Nullable ServerSocket listener;
  private volatile Fault fault = new Fault.None();
  private boolean closed;

  private FaultProxy(InetSocketAddress server) {
    this.server = server;
    for (Direction direction : Direction.values()) {
      bytes.put(direction, new AtomicLong());
    }
  }

  /// A link to a port of this machine.
  public static FaultProxy to(int serverPort) {
    FaultProxy proxy =
        new FaultProxy(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort));
    proxy.listen();
    return proxy;
  }

  /// Where clients connect to.
  public int port() {
    return port;
  }

  /// Sets what happens from now on; what was before ends.
  public synchronized void set(Fault next) {
    if (closed) {
      throw new IllegalStateException("the link is closed");
    }
    fault = next;
    switch (next) {
      case Fault.Refuse() -> {
        stopListening();
        resetAll();
      }
      case Fault.Reset() -> {
        listen();
        resetAll();
      }
      case Fault.None(), Fault.Latency _, Fault.Bandwidth _, Fault.Cut _, Fault.BlackHole() ->
          listen();
    }
    connections.forEach(ProxiedConnection::changed);
  }

  /// Everything passes again; connections that were broken stay so.
  public void heal() {
    set(new Fault.None());
  }

  /// What happens now.
  public Fault fault() {
    return fault;
  }

  /// How many connections were made to it so far, those it reset at once too.
  public long accepted() {
    return accepted.get();
  }

  /// How many connections are open.
  public int open() {
    return connections.size();
  }

  /// How many bytes have passed this way so far.
  public long passed(Direction direction) {
    return count(direction).get();
  }

  AtomicLong count(Direction direction) {
    return bytes.getOrDefault(direction, new AtomicLong());
  }

  void ended(ProxiedConnection connection) {
    connections.remove(connection);
  }

  private synchronized void listen() {
    if (listener != null) {
      return;
    }
    try {
      ServerSocket opened = new ServerSocket();
      opened.setReuseAddress(true);
      opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
      listener = opened;
      Thread.ofVirtual().name("fault-proxy-" + port).start(() -> accept(opened));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept(ServerSocket from) {
    while (!from.isClosed()) {
      try {
        Socket client = from.accept();
        accepted.incrementAndGet();
        if (fault instanceof Fault.Reset || connections.size() >= MOST_CONNECTIONS) {
          ProxiedConnection.reset(client);
        } else {
          Thread.ofVirtual().start(() -> connect(client));
        }
      } catch (IOException e) {
        // closed, or a client that was gone before it was accepted
      }
    }
  }

  private void connect(Socket client) {
    Socket upstream = new Socket();
    try {
      upstream.connect(server, CONNECT_MILLIS);
      client.setTcpNoDelay(true);
      upstream.setTcpNoDelay(true);
    } catch (IOException e) {
      ProxiedConnection.reset(upstream);
      ProxiedConnection.reset(client);
      return;
    }
    ProxiedConnection connection = new ProxiedConnection(this, client, upstream);
    connections.add(connection);
    connection.start();
    if (brokenBy(fault)) {
      connection.reset();
    }
  }

  /// Whether a connection that was just made came too late.
  private synchronized boolean brokenBy(Fault now) {
    return closed || now instanceof Fault.Refuse || now instanceof Fault.Reset;
  }

  private void resetAll() {
    connections.forEach(ProxiedConnection::reset);
  }

  private void stopListening() {
    ServerSocket open = listener;
    listener = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    stopListening();
    resetAll();
  }
}
