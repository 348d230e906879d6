package dev.kompakt.ingress.park;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xnio.Options;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.StreamSourceConduit;

/// Watches the connection of a request that has been read, to notice at once when its client
/// leaves. Half-closing counts as leaving. Belongs to the exchange's I/O thread.
final class DisconnectWatch {
  private final HttpServerConnection connection;
  private final StreamSourceConduit raw;
  private final Runnable onGone;
  private @Nullable Integer readTimeout;
  private boolean watching;

  DisconnectWatch(HttpServerExchange exchange, Runnable onGone) {
    connection = (HttpServerConnection) exchange.getConnection();
    raw = connection.getOriginalSourceConduit();
    this.onGone = onGone;
  }

  /// Begins; from now on the connection's read timeout does not apply.
  void start() {
    try {
      readTimeout = connection.getChannel().setOption(Options.READ_TIMEOUT, 0);
    } catch (IOException e) {
      onGone.run();
      return;
    }
    watching = true;
    ConduitStreamSourceChannel source = connection.getChannel().getSourceChannel();
    source.setReadListener(_ -> readable());
    raw.resumeReads();
  }

  /// Ends, before the exchange does.
  void stop() {
    if (!watching) {
      return;
    }
    watching = false;
    raw.suspendReads();
    connection.getChannel().getSourceChannel().setReadListener(null);
    try {
      if (readTimeout != null) {
        connection.getChannel().setOption(Options.READ_TIMEOUT, readTimeout);
      }
    } catch (IOException e) {
      // the connection is closed, and whoever uses it next will notice
    }
  }

  private void readable() {
    if (!watching) {
      raw.suspendReads();
      return;
    }
    PooledByteBuffer buffer = connection.getByteBufferPool().allocate();
    int read;
    try {
      read = raw.read(buffer.getBuffer());
    } catch (IOException e) {
      read = -1;
    }
    if (read > 0) {
      // The next request, sent before this one is answered. It waits, and a client that leaves from
      // now on is noticed when something is written to it.
      buffer.getBuffer().flip();
      connection.ungetRequestBytes(buffer);
      raw.suspendReads();
      return;
    }
    buffer.close();
    if (read < 0) {
      watching = false;
      raw.suspendReads();
      onGone.run();
    }
  }
}
